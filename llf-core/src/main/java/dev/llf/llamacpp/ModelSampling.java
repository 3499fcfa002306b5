package dev.llf.llamacpp;

import dev.llf.chat.Sampling;
import dev.llf.gguf.RecommendedSampling;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sampling that a model's author recommends in its file. */
final class ModelSampling {

    private static final Logger LOG = LoggerFactory.getLogger(ModelSampling.class);

    private ModelSampling() {}

    /** Returns the recommendation on top of the defaults; empty if the file names none or one that is out of range. */
    static Optional<Sampling> of(RecommendedSampling named) {
        try {
            Sampling sampling = apply(named);
            return sampling.equals(Sampling.defaults()) ? Optional.empty() : Optional.of(sampling);
        } catch (IllegalArgumentException e) {
            LOG.warn("The model's file recommends a sampling that is out of range, the defaults are used: {}",
                    e.getMessage());
            return Optional.empty();
        }
    }

    private static Sampling apply(RecommendedSampling named) {
        Sampling defaults = Sampling.defaults();
        return defaults.toBuilder()
                .temperature(named.temperature().orElse(defaults.temperature()))
                .topK(Math.max(0, named.topK().orElse(defaults.topK())))
                .topP(named.topP().orElse(defaults.topP()))
                .minP(named.minP().orElse(defaults.minP()))
                .xtc(new Sampling.Xtc(named.xtcProbability().orElse(defaults.xtc().probability()),
                        named.xtcThreshold().orElse(defaults.xtc().threshold())))
                .penalties(new Sampling.Penalties(named.penaltyLastN().orElse(defaults.penalties().lastTokens()),
                        named.penaltyRepeat().orElse(defaults.penalties().repeat()), 0, 0))
                .mirostat(new Sampling.Mirostat(named.mirostat().orElse(0),
                        named.mirostatTau().orElse(defaults.mirostat().tau()),
                        named.mirostatEta().orElse(defaults.mirostat().eta())))
                .order(named.sequence().map(ModelSampling::order).orElse(defaults.order()))
                .build();
    }

    /** Reads llama.cpp's notation, a letter a sampler. */
    private static List<Sampling.Sampler> order(String letters) {
        List<Sampling.Sampler> order = new ArrayList<>();
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            order.add(switch (letter) {
                case 'e' -> Sampling.Sampler.PENALTIES;
                case 'd' -> Sampling.Sampler.DRY;
                case 'k' -> Sampling.Sampler.TOP_K;
                case 'y' -> Sampling.Sampler.TYPICAL_P;
                case 'p' -> Sampling.Sampler.TOP_P;
                case 'm' -> Sampling.Sampler.MIN_P;
                case 'x' -> Sampling.Sampler.XTC;
                case 't' -> Sampling.Sampler.TEMPERATURE;
                default -> throw new IllegalArgumentException("sampler '%c' in '%s'".formatted(letter, letters));
            });
        }
        return order;
    }
}
