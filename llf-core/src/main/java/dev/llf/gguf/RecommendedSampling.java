package dev.llf.gguf;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * The sampling settings that the model's author recommends: the keys {@code general.sampling.*}, as they stand in the
 * file. Most files have none.
 *
 * @param temperature      {@code temp}
 * @param topK             {@code top_k}
 * @param topP             {@code top_p}
 * @param minP             {@code min_p}
 * @param xtcProbability   {@code xtc_probability}
 * @param xtcThreshold     {@code xtc_threshold}
 * @param penaltyLastN     {@code penalty_last_n}, in tokens
 * @param penaltyRepeat    {@code penalty_repeat}
 * @param mirostat         {@code mirostat}: 0, 1 or 2
 * @param mirostatTau      {@code mirostat_tau}
 * @param mirostatEta      {@code mirostat_eta}
 * @param sequence         {@code sequence}: the names of the samplers in their order
 */
public record RecommendedSampling(OptionalDouble temperature, OptionalInt topK, OptionalDouble topP,
        OptionalDouble minP, OptionalDouble xtcProbability, OptionalDouble xtcThreshold, OptionalInt penaltyLastN,
        OptionalDouble penaltyRepeat, OptionalInt mirostat, OptionalDouble mirostatTau, OptionalDouble mirostatEta,
        Optional<String> sequence) {

    static RecommendedSampling of(GgufMetadata metadata) {
        String prefix = "general.sampling.";
        return new RecommendedSampling(metadata.number(prefix + "temp"), metadata.integer32(prefix + "top_k"),
                metadata.number(prefix + "top_p"), metadata.number(prefix + "min_p"),
                metadata.number(prefix + "xtc_probability"), metadata.number(prefix + "xtc_threshold"),
                metadata.integer32(prefix + "penalty_last_n"), metadata.number(prefix + "penalty_repeat"),
                metadata.integer32(prefix + "mirostat"), metadata.number(prefix + "mirostat_tau"),
                metadata.number(prefix + "mirostat_eta"), metadata.string(prefix + "sequence"));
    }
}
