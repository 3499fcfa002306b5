package dev.llf.llamacpp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.llf.chat.Sampling;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes a request as the engine's JSON.
 *
 * <p>A field of the wrong type is ignored by the engine and malformed JSON ends the process, so this is the only writer,
 * and it names every field that matters. Never sent: {@code stop} (matched in Java), {@code n_probs} and
 * {@code response_fields} (they abort), {@code json_schema} (made into a grammar in Java).
 */
final class RequestJson {

    private static final JsonFactory JSON = new JsonFactory();
    private static final long RANDOM_SEED = 0xFFFF_FFFFL;

    private RequestJson() {}

    static String write(EngineRequest request) {
        StringWriter out = new StringWriter(256 + 6 * request.prompt().length);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeFieldName("prompt");
            json.writeArray(request.prompt(), 0, request.prompt().length);
            json.writeBooleanField("stream", true);
            json.writeBooleanField("cache_prompt", request.reuse());
            json.writeNumberField("n_predict", request.maxTokens());
            json.writeNumberField("id_slot", request.slot());
            writeSampling(json, request.sampling());
            if (request.grammar().isPresent()) {
                json.writeStringField("grammar", request.grammar().get());
            }
            json.writeArrayFieldStart("preserved_tokens");
            for (String text : request.visibleTokens()) {
                json.writeString(text);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // a StringWriter does not fail
        }
        return out.toString();
    }

    private static void writeSampling(JsonGenerator json, Sampling sampling) throws IOException {
        json.writeNumberField("temperature", sampling.temperature());
        json.writeNumberField("dynatemp_range", sampling.dynamicTemperature().range());
        json.writeNumberField("dynatemp_exponent", sampling.dynamicTemperature().exponent());
        json.writeNumberField("top_k", sampling.topK());
        json.writeNumberField("top_p", sampling.topP());
        json.writeNumberField("min_p", sampling.minP());
        json.writeNumberField("typical_p", sampling.typicalP());
        json.writeNumberField("min_keep", sampling.minKeep());
        json.writeNumberField("xtc_probability", sampling.xtc().probability());
        json.writeNumberField("xtc_threshold", sampling.xtc().threshold());
        json.writeNumberField("repeat_last_n", sampling.penalties().lastTokens());
        json.writeNumberField("repeat_penalty", sampling.penalties().repeat());
        json.writeNumberField("frequency_penalty", sampling.penalties().frequency());
        json.writeNumberField("presence_penalty", sampling.penalties().presence());
        json.writeNumberField("dry_multiplier", sampling.dry().multiplier());
        json.writeNumberField("dry_base", sampling.dry().base());
        json.writeNumberField("dry_allowed_length", sampling.dry().allowedLength());
        json.writeNumberField("dry_penalty_last_n", sampling.dry().lastTokens());
        json.writeArrayFieldStart("dry_sequence_breakers");
        for (String text : sampling.dry().breakers()) {
            json.writeString(text);
        }
        json.writeEndArray();
        json.writeNumberField("mirostat", sampling.mirostat().version());
        json.writeNumberField("mirostat_tau", sampling.mirostat().tau());
        json.writeNumberField("mirostat_eta", sampling.mirostat().eta());
        json.writeArrayFieldStart("samplers");
        for (Sampling.Sampler sampler : sampling.order()) {
            json.writeString(name(sampler));
        }
        json.writeEndArray();
        json.writeNumberField("seed", sampling.seed().orElse(RANDOM_SEED));
        writeBiases(json, sampling);
    }

    private static String name(Sampling.Sampler sampler) {
        return switch (sampler) {
            case PENALTIES -> "penalties";
            case DRY -> "dry";
            case TOP_K -> "top_k";
            case TYPICAL_P -> "typ_p";
            case TOP_P -> "top_p";
            case MIN_P -> "min_p";
            case XTC -> "xtc";
            case TEMPERATURE -> "temperature";
        };
    }

    /** Pairs of id and number, or id and false for a ban; in the order of the ids. */
    private static void writeBiases(JsonGenerator json, Sampling sampling) throws IOException {
        json.writeArrayFieldStart("logit_bias");
        for (Map.Entry<Integer, Double> bias : new TreeMap<>(sampling.tokenBias()).entrySet()) {
            json.writeStartArray();
            json.writeNumber(bias.getKey());
            json.writeNumber(bias.getValue());
            json.writeEndArray();
        }
        for (int id : sampling.bannedTokens().stream().sorted().toList()) {
            json.writeStartArray();
            json.writeNumber(id);
            json.writeBoolean(false);
            json.writeEndArray();
        }
        json.writeEndArray();
    }
}
