package dev.llf.llamacpp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llf.chat.Sampling;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RequestJsonTest {

    private static JsonNode write(Sampling sampling, Optional<String> grammar, List<String> visible) {
        String json = RequestJson
                .write(new EngineRequest(new int[] {5, 0, 7}, 12, 3, true, sampling, grammar, visible));
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    private static JsonNode write(Sampling sampling) {
        return write(sampling, Optional.empty(), List.of());
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
    }

    @Test
    void namesEveryFieldThatMatters() {
        JsonNode json = write(Sampling.defaults(), Optional.of("root ::= \"a\""), List.of("<|im_end|>"));

        assertThat(json.fieldNames()).toIterable().containsExactlyInAnyOrder("prompt", "stream", "cache_prompt",
                "n_predict", "id_slot", "temperature", "dynatemp_range", "dynatemp_exponent", "top_k", "top_p", "min_p",
                "typical_p", "min_keep", "xtc_probability", "xtc_threshold", "repeat_last_n", "repeat_penalty",
                "frequency_penalty", "presence_penalty", "dry_multiplier", "dry_base", "dry_allowed_length",
                "dry_penalty_last_n", "dry_sequence_breakers", "mirostat", "mirostat_tau", "mirostat_eta", "samplers",
                "seed", "logit_bias", "grammar", "preserved_tokens");
    }

    @Test
    void neverSendsWhatAbortsOrErrs() {
        JsonNode json = write(Sampling.defaults());

        assertThat(json.fieldNames()).toIterable().doesNotContain("stop", "n_probs", "logprobs", "response_fields",
                "json_schema", "grammar", "grammar_lazy", "messages");
    }

    @Test
    void writesPromptSlotAndLimits() {
        JsonNode json = write(Sampling.defaults(), Optional.of("root ::= [^\"\\\\\u0001]\n"),
                List.of("<a>", "\"\u00fc"));

        assertThat(texts(json.get("prompt"))).containsExactly("5", "0", "7");
        assertThat(json.get("prompt")).allMatch(JsonNode::isInt);
        assertThat(json.get("n_predict").intValue()).isEqualTo(12);
        assertThat(json.get("id_slot").intValue()).isEqualTo(3);
        assertThat(json.get("stream").booleanValue()).isTrue();
        assertThat(json.get("cache_prompt").booleanValue()).isTrue();
        assertThat(json.get("grammar").asText()).isEqualTo("root ::= [^\"\\\\\u0001]\n");
        assertThat(texts(json.get("preserved_tokens"))).containsExactly("<a>", "\"\u00fc");
    }

    @Test
    void writesEveryValueOfTheSampling() {
        Sampling sampling = Sampling.builder().temperature(0.5).topK(7).topP(0.9).minP(0.01).typicalP(0.8).minKeep(2)
                .dynamicTemperature(new Sampling.DynamicTemperature(0.25, 2)).xtc(new Sampling.Xtc(0.5, 0.2))
                .penalties(new Sampling.Penalties(-1, 1.1, -0.5, 0.75))
                .dry(new Sampling.Dry(0.8, 1.5, 3, 99, List.of("\n", "\"")))
                .mirostat(new Sampling.Mirostat(2, 4, 0.2)).seed(0xffff_fffeL).build();

        JsonNode json = write(sampling);

        assertThat(json.get("temperature").doubleValue()).isEqualTo(0.5);
        assertThat(json.get("top_k").intValue()).isEqualTo(7);
        assertThat(json.get("top_p").doubleValue()).isEqualTo(0.9);
        assertThat(json.get("min_p").doubleValue()).isEqualTo(0.01);
        assertThat(json.get("typical_p").doubleValue()).isEqualTo(0.8);
        assertThat(json.get("min_keep").intValue()).isEqualTo(2);
        assertThat(json.get("dynatemp_range").doubleValue()).isEqualTo(0.25);
        assertThat(json.get("dynatemp_exponent").doubleValue()).isEqualTo(2);
        assertThat(json.get("xtc_probability").doubleValue()).isEqualTo(0.5);
        assertThat(json.get("xtc_threshold").doubleValue()).isEqualTo(0.2);
        assertThat(json.get("repeat_last_n").intValue()).isEqualTo(-1);
        assertThat(json.get("repeat_penalty").doubleValue()).isEqualTo(1.1);
        assertThat(json.get("frequency_penalty").doubleValue()).isEqualTo(-0.5);
        assertThat(json.get("presence_penalty").doubleValue()).isEqualTo(0.75);
        assertThat(json.get("dry_multiplier").doubleValue()).isEqualTo(0.8);
        assertThat(json.get("dry_base").doubleValue()).isEqualTo(1.5);
        assertThat(json.get("dry_allowed_length").intValue()).isEqualTo(3);
        assertThat(json.get("dry_penalty_last_n").intValue()).isEqualTo(99);
        assertThat(texts(json.get("dry_sequence_breakers"))).containsExactly("\n", "\"");
        assertThat(json.get("mirostat").intValue()).isEqualTo(2);
        assertThat(json.get("mirostat_tau").doubleValue()).isEqualTo(4);
        assertThat(json.get("mirostat_eta").doubleValue()).isEqualTo(0.2);
        assertThat(json.get("seed").longValue()).isEqualTo(0xffff_fffeL);
    }

    @Test
    void asksForARandomSeedWhereNoneIsSet() {
        assertThat(write(Sampling.greedy()).get("seed").longValue()).isEqualTo(0xffff_ffffL);
    }

    @Test
    void writesOnlyFiniteNumbersAtTheEdgesOfTheRanges() {
        Sampling edges = Sampling.builder().temperature(Double.MIN_VALUE).topP(Double.MIN_NORMAL)
                .topK(Integer.MAX_VALUE)
                .typicalP(Double.MIN_NORMAL).minKeep(Integer.MAX_VALUE)
                .penalties(new Sampling.Penalties(Integer.MAX_VALUE, 0.01, -100, 100))
                .tokenBias(Map.of(1, -1e6, 2, 1e6, 3, -0.0)).build();

        JsonNode json = write(edges);

        assertThat(json.findValues("logit_bias").getFirst()).hasSize(3);
        json.forEach(value -> assertThat(value.isNumber() && !Double.isFinite(value.doubleValue())).isFalse());
    }

    @Test
    void writesBiasesInTheOrderOfTheIdsThenBans() {
        Sampling sampling = Sampling.builder().tokenBias(Map.of(30, 1.5, 4, -2.0, 17, 0.25))
                .bannedTokens(Set.of(9, 2, 40))
                .build();

        assertThat(write(sampling).get("logit_bias"))
                .hasToString("[[4,-2.0],[17,0.25],[30,1.5],[2,false],[9,false],[40,false]]");
    }

    @Test
    void namesSamplersAsTheEngineDoes() {
        assertThat(texts(write(Sampling.defaults()).get("samplers"))).containsExactly("penalties", "dry", "top_k",
                "typ_p", "top_p", "min_p", "xtc", "temperature");
        assertThat(texts(write(Sampling.builder().order(List.of()).build()).get("samplers"))).isEmpty();
    }
}
