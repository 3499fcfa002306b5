package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.UserMessage;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.KvType;
import dev.llf.template.ChatTemplate;
import dev.llf.testing.TinyModel;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** A prompt that goes on where an earlier one ended has that one's ids in front. */
@Timeout(120)
class IncrementalPromptTest {

    private static final int TURNS = 30;
    private static final List<String> PARTS = List.of("\n", "\n\n", " ", "  ", "<|im_end|>", "<|im_start|>",
            "<tool_call>",
            "<s>", "hello", "the", "Ada", ".", "\uD83D\uDE00", "\u65e5\u672c", "e\u0301", "\t", "1234", "<|", "|>",
            "\u00e9",
            "{\"a\": 1}", "'s", "\r\n", "assistant\n", "word and word", "\u2581");

    @TempDir static Path directory;

    private static Subject tiny;
    private static Subject spm;
    /** Its generation prompt ends with a space, which merges with the answer's first word. */
    private static Subject spaced;

    /** A vocabulary with its template. */
    private record Subject(EngineLease lease, String template) {

        PromptEncoder encoder(Function<String, int[]> engine) {
            return new PromptEncoder(ChatTemplate.parse(template), lease.vocabulary(), engine);
        }

        PromptEncoder encoder() {
            return encoder(lease.engine()::tokenize);
        }

        String decode(int[] ids) {
            return lease.engine().detokenize(ids);
        }

        @Override
        public String toString() {
            return lease.vocabulary() + (this == spaced ? ", spaced" : "");
        }
    }

    @BeforeAll
    static void load() {
        tiny = subject(TinyModel.path());
        spm = subject(GgufBuilder.toyLlamaSpm().write(directory.resolve("spm.gguf")));
        spaced = new Subject(tiny.lease, "{% for m in messages %}<|im_start|>{{ m.role }} {{ m.content }}<|im_end|>"
                + "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant {% endif %}");
    }

    private static Subject subject(Path file) {
        EngineLease lease = EngineLease.open(file, (gguf, state) -> new EngineOptions(state.path(), state.size(),
                state.modified(), EngineOptions.Purpose.CHAT, 256, 1, 1, 256, KvType.F16, false,
                EngineOptions.DEFAULT_GPU_LAYERS, Admission.defaults()), false);
        return new Subject(lease, lease.gguf().chatTemplate().orElseThrow());
    }

    static Stream<Subject> subjects() {
        return Stream.of(tiny, spm, spaced);
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(9); i > 0; i--) {
            text.append(PARTS.get(random.nextInt(PARTS.size())));
        }
        return text.toString();
    }

    /** A conversation, request by request: each adds to the one before. */
    private static List<ChatRequest> conversation(String session, long seed) {
        Random random = new Random(seed);
        List<Message> messages = new ArrayList<>(List.of(Message.system(text(random))));
        List<ChatRequest> requests = new ArrayList<>();
        for (int turn = 0; turn < TURNS; turn++) {
            messages.add(Message.user(text(random)));
            requests.add(request(session, messages));
            if (turn % 7 == 3) {
                String id = "call_" + turn;
                messages.add(new AssistantMessage(text(random),
                        List.of(new ToolCall(id, "find", "{\"q\": \"<|im_end|> %d\"}".formatted(turn)))));
                messages.add(new ToolMessage(id, "find", text(random), false));
                requests.add(request(session, messages));
            }
            messages.add(Message.assistant(turn % 5 == 4 ? "" : text(random)));
        }
        return requests;
    }

    private static ChatRequest request(String session, List<Message> messages) {
        ChatRequest.Builder request = ChatRequest.builder().messages(messages);
        return session.isEmpty() ? request.build() : request.session(session).build();
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void beginsWithThePromptOfTheTurnBefore(Subject subject) {
        int extended = 0;
        for (int seed = 0; seed < 3; seed++) {
            PromptEncoder encoder = subject.encoder();
            int[] before = {};
            String textBefore = "";
            for (ChatRequest request : conversation("s", seed)) {
                String text = encoder.render(request).text();
                int[] ids = encoder.encode(request);
                if (text.startsWith(textBefore)) {
                    extended++;
                    assertThat(Arrays.copyOf(ids, before.length)).isEqualTo(before);
                }
                assertThat(subject.decode(ids)).isEqualTo(subject.decode(subject.encoder().encode(request)));
                before = ids;
                textBefore = text;
            }
        }
        assertThat(extended).isGreaterThanOrEqualTo(3 * TURNS);
    }

    @Test
    void writesTheTextThatWasRendered() {
        PromptEncoder encoder = tiny.encoder();
        for (ChatRequest request : conversation("s", 99)) {
            assertThat(tiny.decode(encoder.encode(request))).isEqualTo(encoder.render(request).text());
        }
    }

    /** Without a session nothing is cut: parting at control tokens must not show. */
    @ParameterizedTest
    @MethodSource("subjects")
    void tokenizesInPartsWhatTheEngineTokenizesAsAWhole(Subject subject) {
        PromptEncoder encoder = subject.encoder();
        for (int seed = 0; seed < 3; seed++) {
            Random random = new Random(seed);
            List<Message> messages = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String text = text(random).replaceAll("[<>|]", "");
                messages.add(i % 2 == 0 ? Message.user(text) : Message.assistant(text));
                ChatRequest request = request("", messages);
                int[] ids = encoder.encode(request);
                int[] whole = subject.lease.engine().tokenize(encoder.render(request).text());

                assertThat(Arrays.copyOfRange(ids, ids.length - whole.length, ids.length)).isEqualTo(whole);
            }
        }
    }

    @Test
    void cutsOnlyWhereAnAnswerBegan() {
        PromptEncoder encoder = spaced.encoder();
        ChatRequest first = request("s", List.of(Message.user("Hi")));
        ChatRequest second = request("s",
                List.of(Message.user("Hi"), Message.assistant("the"), Message.user("Bye")));
        int[] prompt = encoder.encode(first);
        int[] merged = spaced.encoder().encode(second);
        int[] cut = encoder.encode(second);

        assertThat(cut).startsWith(prompt);
        assertThat(merged.length).isLessThanOrEqualTo(cut.length);
        assertThat(Arrays.copyOf(merged, prompt.length)).isNotEqualTo(prompt);
        assertThat(spaced.decode(cut)).isEqualTo(spaced.decode(merged));
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void givesAnAnswerTheIdsThatTheNextPromptGivesIt(Subject subject) {
        for (int seed = 0; seed < 20; seed++) {
            PromptEncoder encoder = subject.encoder();
            String answer = text(new Random(seed)).replaceAll("[<>|]", "");
            List<Message> messages = new ArrayList<>(List.of(Message.user("Hi")));
            int[] prompt = encoder.encode(request("s", messages));
            messages.addAll(List.of(Message.assistant(answer), Message.user("And?")));
            int[] next = encoder.encode(request("s", messages));
            int[] held = encoder.answer(answer + "<|im_end|>");

            assertThat(Arrays.copyOfRange(next, prompt.length, prompt.length + held.length)).isEqualTo(held);
        }
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void givesTheEngineOnlyWhatIsNew(Subject subject) {
        AtomicLong given = new AtomicLong();
        PromptEncoder encoder = subject.encoder(text -> {
            given.addAndGet(text.length());
            return subject.lease.engine().tokenize(text);
        });
        List<ChatRequest> requests = conversation("s", 5);
        encoder.encode(requests.getFirst());
        int before = encoder.render(requests.getFirst()).text().length();
        for (ChatRequest request : requests.subList(1, requests.size())) {
            int length = encoder.render(request).text().length();
            given.set(0);
            int counted = encoder.count(request);
            int[] ids = encoder.encode(request);

            assertThat(ids).hasSize(counted);
            assertThat(given.get()).as("%d characters, before %d", length, before)
                    .isLessThanOrEqualTo(2 * (length - before) + 200);
            before = length;
        }
    }

    @Test
    void givesTheEngineLittleForBranchesAndShortenedHistories() {
        AtomicLong given = new AtomicLong();
        PromptEncoder encoder = tiny.encoder(text -> {
            given.addAndGet(text.length());
            return tiny.lease.engine().tokenize(text);
        });
        List<ChatRequest> requests = conversation("", 6);
        List<Message> messages = requests.getLast().messages();
        encoder.encode(requests.getLast());
        given.set(0);
        for (int from = 0; from < messages.size(); from++) {
            if (messages.get(from) instanceof UserMessage) {
                encoder.count(request("s", messages.subList(from, messages.size())));
            }
        }

        assertThat(given.get()).isLessThan(200);
    }

    @Test
    void countsWhatTheNextRequestOfTheSessionHas() {
        PromptEncoder encoder = tiny.encoder();
        List<ChatRequest> requests = conversation("s", 7);
        List<ChatRequest> others = conversation("s", 8);
        for (int i = 0; i < requests.size(); i++) {
            int other = encoder.count(others.get(i));
            int counted = encoder.count(requests.get(i));

            assertThat(encoder.encode(requests.get(i))).hasSize(counted);
            assertThat(encoder.count(requests.get(i))).isEqualTo(counted);
            assertThat(encoder.count(others.get(i))).isEqualTo(other);
        }
    }

    @Test
    void keepsTheCutsThatABranchShares() {
        PromptEncoder encoder = spaced.encoder();
        List<Message> messages = new ArrayList<>(List.of(Message.user("Hi")));
        int[] first = encoder.encode(request("s", messages));
        messages.addAll(List.of(Message.assistant("the"), Message.user("One")));
        int[] second = encoder.encode(request("s", messages));
        messages.addAll(List.of(Message.assistant("the"), Message.user("Three")));
        int[] third = encoder.encode(request("s", messages));
        messages.set(4, Message.user("Four"));
        int[] branch = encoder.encode(request("s", messages));
        messages.set(3, Message.assistant("other"));

        assertThat(third).startsWith(second);
        assertThat(branch).startsWith(second).isNotEqualTo(third);
        assertThat(encoder.encode(request("s", messages))).startsWith(second);
        assertThat(encoder.encode(request("s", List.of(Message.user("Hi"))))).isEqualTo(first);
    }

    @Test
    void keepsSessionsApart() {
        PromptEncoder encoder = spaced.encoder();
        List<Message> messages = List.of(Message.user("Hi"), Message.assistant("the"), Message.user("Bye"));
        encoder.encode(request("a", messages.subList(0, 1)));

        assertThat(encoder.encode(request("b", messages))).isEqualTo(spaced.encoder().encode(request("", messages)));
        assertThat(encoder.encode(request("", messages))).isEqualTo(spaced.encoder().encode(request("", messages)));
        assertThat(encoder.encode(request("a", messages))).isNotEqualTo(spaced.encoder().encode(request("", messages)));
    }

    /** The second text has the same characters as the first, but the user wrote what had been the template's. */
    @Test
    void doesNotTakeForeignTextForTheTextOfTheTemplate() {
        PromptEncoder encoder = new PromptEncoder(ChatTemplate.parse(
                "{% for m in messages %}{{ '<|im_start|>' if m.role == 'user' }}{{ m.content }}{% endfor %}"),
                tiny.lease.vocabulary(), tiny.lease.engine()::tokenize);
        int start = tiny.lease.vocabulary().find("<|im_start|>").orElseThrow();
        ChatRequest own = request("s", List.of(Message.user("a"), Message.assistant("b"), Message.user("c")));
        ChatRequest foreign = request("s", List.of(Message.user("a"), Message.assistant("b<|im_start|>cd")));

        assertThat(Arrays.stream(encoder.encode(own)).filter(id -> id == start)).hasSize(2);
        assertThat(encoder.render(foreign).text()).startsWith(encoder.render(own).text());
        assertThat(Arrays.stream(encoder.encode(foreign)).filter(id -> id == start)).hasSize(1);
    }

    @Test
    void goesOnBehindAPromptOfNothing() {
        PromptEncoder encoder = new PromptEncoder(ChatTemplate.parse("{{ messages[0].content }}"),
                spm.lease.vocabulary(), spm.lease.engine()::tokenize);
        int[] nothing = encoder.encode(request("s", List.of(Message.user(""))));
        int[] some = encoder.encode(request("s", List.of(Message.user("the"))));

        assertThat(nothing).hasSize(1);
        assertThat(some).startsWith(nothing).hasSize(2);
    }

    /** Whether a session is remembered shows where its prompts are cut. */
    @Test
    void forgetsTheSessionsThatWereNotUsedForLongest() {
        PromptEncoder encoder = new PromptEncoder(ChatTemplate.parse("{{ messages[0].content }}"),
                tiny.lease.vocabulary(), text -> text.chars().map(c -> text.length()).toArray());
        String text = "x".repeat(1 << 18);
        long sessions = PromptEncoder.MAX_SESSION_BYTES / (6L * text.length()) + 5;
        for (int i = 0; i < sessions; i++) {
            encoder.encode(request("s" + i, List.of(Message.user(text))));
        }

        assertThat(sessions).isGreaterThan(20);
        assertThat(encoder.encode(request("s" + (sessions - 1), List.of(Message.user(text + "y"))))).endsWith(1);
        assertThat(encoder.encode(request("s0", List.of(Message.user(text + "y"))))).endsWith(text.length() + 1);
    }

    @ParameterizedTest
    @MethodSource("subjects")
    void servesManyThreadsAlike(Subject subject) throws InterruptedException, ExecutionException {
        PromptEncoder shared = subject.encoder();
        List<List<IntBuffer>> expected = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            PromptEncoder alone = subject.encoder();
            expected.add(
                    conversation(i < 4 ? "s" : "", i % 4).stream().map(alone::encode).map(IntBuffer::wrap).toList());
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            List<Future<List<IntBuffer>>> results = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                int seed = i % 4;
                String session = i < 4 ? "s" + seed : "";
                results.add(threads.submit(
                        () -> conversation(session, seed).stream().map(shared::encode).map(IntBuffer::wrap).toList()));
            }
            for (int i = 0; i < 16; i++) {
                assertThat(results.get(i).get()).isEqualTo(expected.get(i < 4 ? i : 4 + i % 4));
            }
        }
    }
}
