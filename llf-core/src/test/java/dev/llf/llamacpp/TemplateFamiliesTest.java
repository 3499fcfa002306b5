package dev.llf.llamacpp;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import dev.llf.chat.UserMessage;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.GgufVocabulary;
import dev.llf.template.ChatTemplate;
import dev.llf.template.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractIntegerAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Which templates write a turn's prompt in front of the next one's, and that the ids then follow. */
class TemplateFamiliesTest {

    private static final int TURNS = 4;

    /** What answers look like. */
    private enum Kind {
        PLAIN, RAGGED, EMPTY, TOOLS, THINKING;

        String answer(int turn) {
            return switch (this) {
                case PLAIN, TOOLS -> "Answer %d.".formatted(turn);
                case RAGGED -> "\n Answer %d \n".formatted(turn);
                case EMPTY -> "";
                case THINKING -> "<think>\nHm %d.\n</think>\n\nAnswer %d.".formatted(turn, turn);
            };
        }
    }

    /**
     * Why a template's prompts do not go on where they ended.
     *
     * @param kinds   for which answers
     * @param rewrites how many turns back something changes; 1 is the latest turn alone
     */
    private record Nature(Set<Kind> kinds, int rewrites, String reason) {}

    private static final Nature OPENS_THOUGHT = new Nature(EnumSet.allOf(Kind.class), 1,
            "the generation prompt opens (and may close) a thought, which earlier answers are written without");
    private static final Nature FORGETS_THOUGHTS = new Nature(Set.of(Kind.THINKING), 2,
            "the latest answer is written with its thought, earlier ones without");
    private static final Nature CLOSES_TOOL_RESULTS = new Nature(Set.of(Kind.TOOLS), 1,
            "what closes the last tool result depends on whether a message follows it");
    private static final Nature JOINS_TOOL_ROUNDS = new Nature(Set.of(Kind.TOOLS), 1,
            "calls, results and answer are one assistant turn, but the generation prompt opens another");

    private static final Map<String, Nature> OWN = Map.of("ChatML that thinks", OPENS_THOUGHT,
            "ChatML that forgets thoughts", FORGETS_THOUGHTS);
    private static final Map<String, Nature> PUBLISHED = Map.ofEntries(Map.entry("Cohere2MoE", OPENS_THOUGHT),
            Map.entry("CohereForAI-c4ai-command-r7b-12-2024-tool_use", OPENS_THOUGHT),
            Map.entry("GLM-4.7-Flash", OPENS_THOUGHT),
            Map.entry("NVIDIA-Nemotron-3-Nano-30B-A3B-BF16", OPENS_THOUGHT),
            Map.entry("deepseek-ai-DeepSeek-R1-Distill-Llama-8B", OPENS_THOUGHT),
            Map.entry("google-gemma-4-31B-it", OPENS_THOUGHT), Map.entry("llama-cpp-deepseek-r1", OPENS_THOUGHT),
            Map.entry("stepfun-ai-Step-3.5-Flash", OPENS_THOUGHT), Map.entry("LFM2.5-Instruct", FORGETS_THOUGHTS),
            Map.entry("Bielik-11B-v3.0-Instruct", CLOSES_TOOL_RESULTS),
            Map.entry("NousResearch-Hermes-3-Llama-3.1-8B-tool_use", CLOSES_TOOL_RESULTS),
            Map.entry("Apertus-8B-Instruct", JOINS_TOOL_ROUNDS));
    private static final List<String> EXTENDING = List.of("GigaChat3-10B-A1.8B", "HuggingFaceTB-SmolLM3-3B",
            "Kimi-K2-Thinking", "Qwen-Qwen2.5-7B-Instruct", "Qwen3-Coder", "Reka-Edge", "deepseek-ai-DeepSeek-V3.1",
            "deepseek-ai-DeepSeek-V4", "google-gemma-2-2b-it", "meetkai-functionary-medium-v3.1",
            "meta-llama-Llama-3.1-8B-Instruct", "meta-llama-Llama-3.3-70B-Instruct",
            "mistralai-Ministral-3-14B-Reasoning-2512", "moonshotai-Kimi-K2", "unsloth-mistral-Devstral-Small-2507");

    @TempDir static Path directory;

    private static GgufVocabulary vocabulary;

    @BeforeAll
    static void makeVocabulary() {
        List<String> tokens = new ArrayList<>(read(GgufBuilder.toyLlamaBpe()).texts());
        int words = tokens.size() - 3;
        TemplateFamilies.CONTROL.stream().filter(text -> !tokens.contains(text)).forEach(tokens::add);
        int[] types = IntStream.range(0, tokens.size()).map(id -> id < words ? 1 : 3).toArray();
        vocabulary = read(GgufBuilder.toyLlamaBpe().strings("tokenizer.ggml.tokens", tokens)
                .i32s("tokenizer.ggml.token_type", types));
    }

    private static GgufVocabulary read(GgufBuilder model) {
        return GgufFile.read(model.write(directory.resolve("vocabulary.gguf"))).vocabulary().orElseThrow();
    }

    /** A tokenizer that knows the control texts and merges letters with letters, spaces with spaces, signs with signs. */
    private static int[] tokenize(String text) {
        String controls = String.join("|", TemplateFamilies.CONTROL.stream().map(Pattern::quote).toList());
        Matcher matcher = Pattern.compile(controls + "|\\s+|\\w+|.", Pattern.DOTALL).matcher(text);
        List<Integer> ids = new ArrayList<>();
        while (matcher.find()) {
            ids.add(matcher.group().hashCode());
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    static Stream<String> families() {
        return TemplateFamilies.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("families")
    void extendsThePromptsOfFamilies(String name) {
        String template = TemplateFamilies.all().get(name);
        for (Kind kind : Kind.values()) {
            Outcome outcome = play(template, kind);

            assertThat(outcome.refused).as("%s, %s", name, kind).isFalse();
            check(name, kind, outcome, OWN.get(name));
        }
    }

    @Test
    void extendsThePromptsOfPublishedTemplates() throws IOException {
        String published = System.getProperty("llf.templates");
        assumeTrue(published != null, "skipped: no directory of published templates given with -Dllf.templates=DIR");
        try (Stream<Path> files = Files.list(Path.of(published))) {
            for (Path file : files.filter(path -> path.toString().endsWith(".jinja")).sorted().toList()) {
                String name = file.getFileName().toString().replaceFirst("\\.jinja$", "");
                for (Kind kind : Kind.values()) {
                    Outcome outcome = play(Files.readString(file), kind);
                    if (PUBLISHED.containsKey(name) || EXTENDING.contains(name)) {
                        check(name, kind, outcome, PUBLISHED.get(name));
                    }
                }
            }
        }
    }

    private static void check(String name, Kind kind, Outcome outcome, @Nullable Nature nature) {
        int expected = nature != null && nature.kinds.contains(kind) ? nature.rewrites : 0;
        AbstractIntegerAssert<?> rewrites = assertThat(outcome.rewrites)
                .as("turns that %s rewrites, %s (%s)", name, kind,
                        nature == null ? "named for nothing" : nature.reason);
        if (outcome.refused) {
            rewrites.isLessThanOrEqualTo(expected);
        } else {
            rewrites.isEqualTo(expected);
        }
    }

    /**
     * What a conversation showed.
     *
     * @param refused  whether the template refused a request
     * @param rewrites how many turns back a prompt first differs from the one before, at most; 0 if each goes on where the
     *                 one before ended
     */
    private record Outcome(boolean refused, int rewrites) {}

    private static Outcome play(String template, Kind kind) {
        PromptEncoder encoder = new PromptEncoder(ChatTemplate.parse(template), vocabulary,
                TemplateFamiliesTest::tokenize);
        boolean refused = false;
        int rewrites = 0;
        String before = "";
        int[] idsBefore = {};
        for (ChatRequest request : requests(kind)) {
            try {
                String text = encoder.render(request).text();
                int[] ids = encoder.encode(request);
                if (text.startsWith(before)) {
                    assertThat(Arrays.copyOf(ids, idsBefore.length)).isEqualTo(idsBefore);
                } else {
                    rewrites = Math.max(rewrites, turnsFrom(request, before, text));
                }
                before = text;
                idsBefore = ids;
            } catch (TemplateException e) {
                refused = true;
            }
        }
        return new Outcome(refused, rewrites);
    }

    /** Returns how many turns of the earlier prompt lie in or behind the first difference. */
    private static int turnsFrom(ChatRequest request, String before, String after) {
        int same = Arrays.mismatch(before.toCharArray(), after.toCharArray());
        return (int) request.messages().stream().filter(UserMessage.class::isInstance)
                .filter(question -> before.indexOf(question.text()) >= same).count() + 1;
    }

    private static List<ChatRequest> requests(Kind kind) {
        List<Message> messages = new ArrayList<>(List.of(Message.system("Be brief.")));
        List<ChatRequest> requests = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            messages.add(Message.user("Question %d, please?".formatted(turn)));
            requests.add(request(kind, messages));
            if (kind == Kind.TOOLS) {
                String id = "callnr00" + turn;
                messages.add(
                        new AssistantMessage("", List.of(new ToolCall(id, "look_up", "{\"what\": \"it\"}"))));
                messages.add(new ToolMessage(id, "look_up", "Found %d".formatted(turn), false));
                requests.add(request(kind, messages));
            }
            messages.add(Message.assistant(kind.answer(turn)));
        }
        return requests;
    }

    private static ChatRequest request(Kind kind, List<Message> messages) {
        Map<String, Object> parameters = Map.of("type", "object", "properties",
                Map.of("what", Map.of("type", "string")));
        List<ToolSpec> tools = kind == Kind.TOOLS
                ? List.of(new ToolSpec("look_up", "Looks it up.", parameters))
                : List.of();
        return ChatRequest.builder().messages(messages).tools(tools).session("s").build();
    }
}
