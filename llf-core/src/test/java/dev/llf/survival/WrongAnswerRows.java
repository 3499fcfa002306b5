package dev.llf.survival;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Sampling;
import dev.llf.error.ConfigurationException;
import dev.llf.error.ContextOverflowException;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.GgufVocabulary;
import dev.llf.gguf.KvType;
import dev.llf.gguf.PoolingType;
import dev.llf.gguf.TokenType;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.llamacpp.LlamaEmbeddingModel;
import dev.llf.llamacpp.LlamaReranker;
import dev.llf.schema.GrammarException;
import dev.llf.spi.Reranker;
import dev.llf.template.TemplateException;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Where the engine or its binding would go on with something else than what was asked. */
final class WrongAnswerRows extends HazardRows {

    private static final String EMOJI = "\ud83d\ude00";

    private final Asked asked = new Asked();
    private final Path directory = Path.of("").toAbsolutePath();

    private WrongAnswerRows() {}

    public static void main(String[] args) throws IllegalAccessException {
        run(new WrongAnswerRows(), args);
    }

    @Override
    protected void checkUnharmed() {
        asked.checkUnharmed();
    }

    @Override
    public void close() {
        asked.close();
    }

    private Path file(String name, GgufBuilder model) {
        return model.write(directory.resolve(name + ".gguf"));
    }

    private static LlamaChatModel.Builder small(Path file) {
        return LlamaChatModel.builder(file).contextTokens(128).slots(1).threads(1);
    }

    private static void assertWithin(ChatResponse response, int maxTokens) {
        assertThat(response.usage().completionTokens()).isBetween(0, maxTokens);
    }

    /** The binding's strings lose characters beyond U+FFFF and end at U+0000. */
    void c1_everyCharacterArrivesAndReturns() {
        assertThat(asked.count("a\0bcdefgh")).isGreaterThan(asked.count("a\0b"));
        assertThat(asked.count(EMOJI + "bcdefgh")).isGreaterThan(asked.count(EMOJI + "b"));
        assertThat(asked.count(EMOJI.repeat(2))).isGreaterThan(asked.count(EMOJI));
        String text = "x\u00e9\u4e16" + EMOJI + "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67.";
        ChatResponse response = asked.chat(Asked.bound("root ::= \"" + text + "\""));
        assertThat(response.text()).isEqualTo(text);
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    /** A grammar that the engine cannot parse is ignored there, and free text comes back. */
    void c2_grammarsAreRefusedOrObeyed() {
        for (String bad : List.of("x", "root ::= \"a", "start ::= \"a\"", "root ::= a", "root ::= root",
                "root ::= a \"x\"\na ::= \"\" | root \"y\"", "root ::= \"a\"\nroot ::= \"b", "root ::= [z-a",
                "root ::= \"a\"{2,1}", "\0")) {
            assertThatExceptionOfType(GrammarException.class).as(bad).isThrownBy(() -> asked.chat(Asked.bound(bad)));
        }
        ChatResponse digits = asked.chat(Asked.bound("root ::= [0-9]{3} \"-\" (\"a\" | \"b\")"));
        assertThat(digits.text()).matches("[0-9]{3}-[ab]");
        assertThat(digits.finishReason()).isEqualTo(FinishReason.STOP);
    }

    /** A template that does not parse becomes another one in the engine, with a line in its log. */
    void c5_aTemplateIsUsedOrRefused() {
        for (String template : List.of("{% for %}", "{{ unclosed", "{% endif %}", "{% bogus %}")) {
            assertThatExceptionOfType(TemplateException.class)
                    .isThrownBy(() -> small(TinyModel.path()).chatTemplate(template).build());
        }
    }

    /** The engine's tokenizer turns the texts of control tokens into them wherever they stand. */
    void c6_controlTextsOfUsersStayText() {
        assertControlTextsStayText(asked.model());
        try (LlamaChatModel spm = small(file("c6-spm", GgufBuilder.toyLlamaSpm())).build();
                LlamaChatModel bpe = small(file("c6-bpe", GgufBuilder.toyLlamaBpe())).build()) {
            assertControlTextsStayText(spm);
            assertControlTextsStayText(bpe);
        }
    }

    private static void assertControlTextsStayText(LlamaChatModel model) {
        GgufVocabulary vocabulary = model.gguf().vocabulary().orElseThrow();
        int empty = model.countTokens(ChatRequest.of(Message.user("ab")));
        for (int id = 0; id < vocabulary.size(); id++) {
            TokenType type = vocabulary.type(id);
            if (type == TokenType.CONTROL || type == TokenType.UNKNOWN || type == TokenType.USER_DEFINED) {
                String text = vocabulary.text(id);
                int withText = model.countTokens(ChatRequest.of(Message.user("a" + text + "b")));
                assertThat(withText - empty).as(text).isGreaterThanOrEqualTo(2);
                ChatRequest nested = ChatRequest.of(
                        Message.user("a" + text.substring(0, 1) + text + text.substring(1) + "b"));
                assertThat(model.countTokens(nested) - empty).as("nested " + text).isGreaterThanOrEqualTo(4);
            }
        }
    }

    /** Completion adds BOS and EOS, counting does not; here both are the same ids. */
    void c7_countedTokensAreThoseOfThePrompt() {
        try (LlamaChatModel spm = small(file("c7-spm", GgufBuilder.toyLlamaSpm())).build();
                LlamaChatModel noBos = small(file("c7-no-bos",
                        GgufBuilder.toyLlamaSpm().bool("tokenizer.ggml.add_bos_token", false))).build()) {
            for (String text : List.of("", " ", "hello", "\n\n  x ", EMOJI + "\0", "<|im_end|>", "</s><s>")) {
                for (LlamaChatModel model : List.of(spm, noBos, asked.model())) {
                    ChatRequest request = Asked.greedy(text).maxTokens(1).build();
                    assertThat(model.chat(request).usage().promptTokens()).isEqualTo(model.countTokens(request));
                }
                ChatRequest request = ChatRequest.of(Message.user(text));
                assertThat(spm.countTokens(request)).isEqualTo(noBos.countTokens(request) + 1);
            }
        }
    }

    /** The engine drops the middle of a prompt that is too long. */
    void c8_promptsThatDoNotFitAreRefused() {
        try (LlamaChatModel model = small(TinyModel.path()).build()) {
            int fixed = model.countTokens(ChatRequest.of(Message.user("")));
            StringBuilder text = new StringBuilder();
            while (model.countTokens(ChatRequest.of(Message.user(text.toString()))) < 125) {
                text.append("\u4e16");
            }
            assertThat(fixed).isLessThan(20);
            ChatRequest.Builder request = Asked.greedy(text.toString());
            int tokens = model.countTokens(request.build());
            if (tokens == 125) {
                assertThat(model.chat(request.build()).usage().completionTokens()).isBetween(0, 1);
            }
            ChatRequest.Builder longer = Asked.greedy(text + "\u4e16");
            assertThatExceptionOfType(ContextOverflowException.class).isThrownBy(() -> model.stream(longer.build()))
                    .satisfies(e -> assertThat(e.promptTokens()).isEqualTo(model.countTokens(longer.build())))
                    .satisfies(e -> assertThat(e.contextTokens()).isEqualTo(128));
        }
    }

    /** A generation that reaches the end of the context fails in the engine, and its text is lost. */
    void c9_answersThatFillTheContextAreKept() {
        ChatStream stream = asked.model().stream(asked.endless(Integer.MAX_VALUE).build());
        StringBuilder text = new StringBuilder();
        for (ChatEvent event : stream) {
            text.append(event instanceof ChatEvent.TextDelta delta ? delta.text() : "");
        }
        ChatResponse response = stream.response();
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(response.text()).isEqualTo(text.toString()).isNotEmpty();
        assertThat(response.usage().promptTokens() + response.usage().completionTokens())
                .isEqualTo(Asked.CONTEXT - 2);
    }

    /** 0 and -2 make one token, -1 goes on to the end. */
    void c10_tokenLimitsMeanWhatTheySay() {
        for (int bad : new int[] {0, -1, -2, Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> Asked.greedy("x").maxTokens(bad));
        }
        for (int limit : new int[] {1, 2, 7, 50}) {
            ChatResponse response = asked.chat(asked.endless(limit));
            assertThat(response.usage().completionTokens()).isEqualTo(limit);
            assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    /** The engine's time limit waits for the first line break. */
    void c11_deadlinesHoldWithoutALineBreak() {
        Path file = file("c11", GgufBuilder.toyLlamaBpe().u32("llama.context_length", 131_072));
        try (LlamaChatModel model = LlamaChatModel.builder(file).contextTokens(65_536).slots(1).threads(1).build()) {
            ChatResponse response = model.chat(Asked.bound("root ::= [a-z]*")
                    .sampling(Sampling.greedy()).timeout(Duration.ofMillis(100)).build());
            assertThat(response.finishReason()).isIn(FinishReason.DEADLINE, FinishReason.STOP);
            ChatResponse endless = model.chat(Asked.greedy("x").sampling(Asked.endless(model.gguf()))
                    .timeout(Duration.ofMillis(100)).build());
            assertThat(endless.finishReason()).isEqualTo(FinishReason.DEADLINE);
        }
    }

    /** Ignoring the end of text bans one id of several. */
    void c12_banningEveryEndGoesOnToTheLimit() {
        ChatResponse response = asked.chat(asked.endless(200));
        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(response.usage().completionTokens()).isEqualTo(200);
        assertThat(response.text()).doesNotContain("<|im_end|>", "<|endoftext|>");
    }

    /** A ban by text bans each of its letters. */
    void c13_aBannedTokenBansNothingElse() {
        GgufVocabulary vocabulary = asked.model().gguf().vocabulary().orElseThrow();
        int end = vocabulary.find("<|im_end|>").orElseThrow();
        Sampling banned = Sampling.greedy().toBuilder().bannedTokens(Set.of(end)).build();
        ChatResponse response = asked.chat(Asked.greedy(Asked.QUESTION).sampling(banned).maxTokens(60));
        assertThat(response.text()).startsWith(asked.answer());
    }

    /** Text that is held back for a stop string is lost in the engine when the answer ends. */
    void c14_heldBackTextIsDelivered() {
        String answer = asked.answer();
        String end = answer.substring(answer.length() - 3);
        assertThat(asked.chat(Asked.greedy(Asked.QUESTION).stop(List.of(end + "@", "." + EMOJI))).text())
                .isEqualTo(answer);
        int cut = answer.length() / 2;
        String stop = answer.substring(cut, cut + 5);
        ChatResponse stopped = asked.chat(Asked.greedy(Asked.QUESTION).stop(List.of(stop)));
        assertThat(stopped.text()).isEqualTo(answer.substring(0, answer.indexOf(stop)));
        assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP);
    }

    /** Bytes of a character that the limit cuts. */
    void c14_cutCharactersLeaveNoRubbish() {
        for (int limit = 1; limit < 8; limit++) {
            ChatResponse response = asked.chat(Asked.bound("root ::= \"a" + EMOJI + "\u4e16" + "\"").maxTokens(limit));
            assertThat("a" + EMOJI + "\u4e16").startsWith(response.text());
        }
    }

    /** Without pooling the vector is that of the first token, the same for any text. */
    void c15_differentTextsHaveDifferentVectors() {
        assertThatIllegalArgumentException().isThrownBy(
                () -> LlamaEmbeddingModel.builder(TinyModel.path()).pooling(PoolingType.NONE));
        Path bert = file("c15-none", GgufBuilder.toyBert(PoolingType.NONE));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> LlamaEmbeddingModel.builder(bert).build());
        try (LlamaEmbeddingModel model = LlamaEmbeddingModel.builder(TinyModel.path()).pooling(PoolingType.LAST)
                .threads(1).build()) {
            float[] one = model.embed("The sun is warm.");
            float[] other = model.embed("Lamps cost 40 dollars");
            assertThat(dot(one, one)).isBetween(0.999, 1.001);
            assertThat(dot(one, other)).isLessThan(0.999);
            assertThat(model.embed("The sun is warm.")).isEqualTo(one);
        }
    }

    private static double dot(float[] a, float[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> (double) a[i] * b[i]).sum();
    }

    /** The binding's result is keyed by text: duplicates collapse, and the order is lost. */
    void c16_everyDocumentGetsItsScore() {
        try (LlamaReranker model = LlamaReranker.open(file("c16", GgufBuilder.toyReranker()))) {
            List<String> documents = List.of("cat", "dog", "cat", EMOJI + " cat", "\0 dog", "the", "cat");
            List<Reranker.Score> scores = model.rerank("the cat", documents);
            assertThat(scores).extracting(Reranker.Score::index).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6);
            assertThat(scores).allMatch(score -> score.relevance() >= 0 && score.relevance() <= 1);
            List<Double> cats = scores.stream().filter(score -> documents.get(score.index()).equals("cat"))
                    .map(Reranker.Score::relevance).distinct().toList();
            assertThat(cats).hasSize(1);
            for (int i = 1; i < scores.size(); i++) {
                assertThat(scores.get(i - 1).relevance()).isGreaterThanOrEqualTo(scores.get(i).relevance());
            }
        }
    }

    /** Options that the engine's command line misreads; each cache type works or is refused before the engine aborts. */
    void c17_everyCacheTypeLoadsOrIsRefused() {
        Path narrowHeads = file("c17", GgufBuilder.toyLlamaBpe());
        for (KvType type : KvType.values()) {
            boolean quantised = type.isQuantised();
            assertThat(loads(TinyModel.path(), type, false)).as("%s", type).isEqualTo(!quantised);
            assertThat(loads(TinyModel.path(), type, true)).as("%s", type).isEqualTo(type != KvType.F32);
            assertThat(loads(narrowHeads, type, true)).as("%s", type).isEqualTo(!quantised && type != KvType.F32);
        }
    }

    private static boolean loads(Path file, KvType type, boolean flashAttention) {
        try (LlamaChatModel model = small(file).kvType(type).flashAttention(flashAttention).build()) {
            assertWithin(model.chat(Asked.greedy(Asked.QUESTION).maxTokens(4).build()), 4);
            return true;
        } catch (ConfigurationException e) {
            return false;
        }
    }

    /** A request object is changed by the binding while it runs. */
    void c21_oneRequestServesManyThreads() throws ExecutionException, InterruptedException {
        ChatRequest request = Asked.greedy(Asked.QUESTION).maxTokens(40).build();
        try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
            List<Future<String>> answers = IntStream.range(0, 32)
                    .mapToObj(i -> pool.submit(() -> asked.model().chat(request).text())).toList();
            for (Future<String> answer : answers) {
                assertThat(answer.get()).isEqualTo(asked.answer());
            }
        }
    }

    /** An embedding, or a request that does not want it, wipes what a slot has cached. */
    void c22_aSessionKeepsWhatItHasEvaluated() {
        try (LlamaEmbeddingModel embedder = LlamaEmbeddingModel.builder(TinyModel.path()).pooling(PoolingType.LAST)
                .threads(1).build()) {
            ChatRequest ada = Asked.greedy("My name is Ada. " + "I like lamps. ".repeat(10)).session("ada")
                    .maxTokens(8).build();
            ChatRequest bob = Asked.greedy("What is your name? " + "It is late. ".repeat(10)).session("bob")
                    .maxTokens(8).build();
            String first = asked.model().chat(ada).text();
            asked.model().chat(bob);
            embedder.embed("My name is Ada.");
            ChatResponse again = asked.model().chat(ada);
            assertThat(again.usage().cachedTokens()).isEqualTo(again.usage().promptTokens() - 1);
            assertThat(again.text()).isEqualTo(first);
        }
    }

    /** The binding tells neither why an answer ended nor how long it was. */
    void c23_answersSayHowTheyEnded() {
        ChatResponse whole = asked.chat(Asked.greedy(Asked.QUESTION));
        assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
        int tokens = whole.usage().completionTokens();
        assertThat(tokens).isPositive();
        assertThat(whole.timings().total()).isPositive();
        ChatResponse cut = asked.chat(Asked.greedy(Asked.QUESTION).maxTokens(tokens - 2));
        assertThat(cut.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(whole.text()).startsWith(cut.text());
    }
}
