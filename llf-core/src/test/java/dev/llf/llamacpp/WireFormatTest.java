package dev.llf.llamacpp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.llf.admission.Admission;
import dev.llf.chat.Sampling;
import dev.llf.gguf.KvType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

/** Fields and flags on which the engine aborts, hangs or errs are not misused because they are never sent. */
class WireFormatTest {

    private static final Set<String> FIELDS = Set.of("prompt", "stream", "cache_prompt", "n_predict", "id_slot",
            "temperature", "dynatemp_range", "dynatemp_exponent", "top_k", "top_p", "min_p", "typical_p", "min_keep",
            "xtc_probability", "xtc_threshold", "repeat_last_n", "repeat_penalty", "frequency_penalty",
            "presence_penalty", "dry_multiplier", "dry_base", "dry_allowed_length", "dry_penalty_last_n",
            "dry_sequence_breakers", "mirostat", "mirostat_tau", "mirostat_eta", "samplers", "seed", "logit_bias",
            "grammar", "preserved_tokens");

    private static JsonNode written(Sampling sampling) throws JsonProcessingException {
        return new ObjectMapper().readTree(RequestJson.write(new EngineRequest(new int[] {1, 2}, 7, 1, true, sampling,
                Optional.of("root ::= \"\ud83d\ude00\0\""), List.of("<|im_end|>"))));
    }

    private static Map<String, ?> flags(EngineOptions.Purpose purpose) {
        return new EngineOptions(Path.of("m.gguf"), 1, 1, purpose, 64, 1, 1, 64, KvType.F16, true, 3,
                Admission.defaults()).commandLine();
    }

    /**
     * No n_probs or logprobs, no response_fields, no lazy grammar or trigger, no stop, no time limit, no JSON schema, no
     * infill prefix or messages: whatever the request, these are the fields.
     */
    @Test
    void a7_a8_a16_c3_c4_c11_c14_onlyKnownFieldsAreSent() throws JsonProcessingException {
        List<String> names = new ArrayList<>();
        written(Sampling.defaults()).fieldNames().forEachRemaining(names::add);

        assertThat(names).containsExactlyInAnyOrderElementsOf(FIELDS);
    }

    /** A list of texts would be several prompts, of which the binding loses all. */
    @Test
    void b9_thePromptIsOneListOfIds() throws JsonProcessingException {
        assertThat(written(Sampling.greedy()).get("prompt").toString()).isEqualTo("[1,2]");
    }

    /** A bias by text is one for each of its letters, and the object form is ignored. */
    @Test
    void c13_biasesGoByIds() throws JsonProcessingException {
        Sampling sampling = Sampling.builder().tokenBias(Map.of(3, -1.5)).bannedTokens(Set.of(9, 4)).build();

        assertThat(written(sampling).get("logit_bias").toString()).isEqualTo("[[3,-1.5],[4,false],[9,false]]");
    }

    /** A field of the wrong type is ignored, with a line in the log. */
    @Test
    void c20_everyFieldHasTheTypeThatTheEngineReads() throws JsonProcessingException {
        JsonNode json = written(Sampling.builder().seed(0xffff_fffeL).build());

        assertThat(json.get("stream").isBoolean() && json.get("cache_prompt").isBoolean()).isTrue();
        for (String name : List.of("n_predict", "id_slot", "top_k", "min_keep", "repeat_last_n", "dry_allowed_length",
                "dry_penalty_last_n", "mirostat", "seed")) {
            assertThat(json.get(name).isIntegralNumber()).as(name).isTrue();
        }
        for (String name : List.of("temperature", "top_p", "min_p", "typical_p", "repeat_penalty", "mirostat_tau")) {
            assertThat(json.get(name).isNumber()).as(name).isTrue();
        }
        for (String name : List.of("samplers", "dry_sequence_breakers", "preserved_tokens")) {
            assertThat(json.get(name)).as(name).allMatch(JsonNode::isTextual).isNotEmpty();
        }
    }

    /** One request that does not cache wipes its slot. */
    @Test
    void c22_everyRequestCaches() throws JsonProcessingException {
        assertThat(written(Sampling.defaults()).get("cache_prompt").booleanValue()).isTrue();
    }

    /** Flags that print and exit, that download, that load a second model, or that the engine's parser misreads. */
    @Test
    void a18_b16_c17_dangerousFlagsHaveNoValue() {
        for (EngineOptions.Purpose purpose : EngineOptions.Purpose.values()) {
            Map<String, ?> flags = flags(purpose);
            assertThat(flags).doesNotContainKeys("--help", "--version", "--list-devices", "--lora-scaled", "--lora",
                    "--control-vector-scaled", "--grp-attn-n", "--chat-template-file", "--jinja");
            for (String flag : List.of("--model-draft", "--hf-repo", "--hf-repo-draft", "--hf-repo-v", "--model-url")) {
                assertThat((Object) flags.get(flag)).as(flag).isEqualTo("");
            }
        }
    }

    /** Pooled tasks on several slots fail an assertion, and a context that shifts loses text. */
    @Test
    void a11_c8_poolingHasOneSlotAndNoContextShifts() {
        for (EngineOptions.Purpose purpose : EngineOptions.Purpose.values()) {
            Map<String, ?> flags = flags(purpose);
            assertThat((Object) flags.get("--parallel")).isEqualTo("1");
            assertThat(flags).containsKey("--no-context-shift");
        }
    }

    /** A log callback on a foreign thread throws across the border. */
    @Test
    void a20_noLogCallbackIsInstalled() {
        JavaClasses main = new ClassFileImporter().importPath(Path.of("target", "classes"));

        noClasses().should().callMethodWhere(com.tngtech.archunit.base.DescribedPredicate.describe("sets a logger",
                call -> call.getName().equals("setLogger"))).check(main);
    }
}
