package dev.llf.survival;

import dev.llf.admission.Admission;
import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ResponseFormat;
import dev.llf.chat.Sampling;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolChoice;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import dev.llf.error.ConfigurationException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.LlfException;
import dev.llf.error.ModelFileException;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.GgufVocabulary;
import dev.llf.gguf.PoolingType;
import dev.llf.gguf.TokenType;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.llamacpp.LlamaEmbeddingModel;
import dev.llf.llamacpp.LlamaReranker;
import dev.llf.schema.GrammarException;
import dev.llf.spi.Reranker;
import dev.llf.template.TemplateException;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/** What ends the process if it reaches the engine. */
final class AbortRows extends HazardRows {

    private static final String HERE = "";

    private final Asked asked = new Asked();
    private final Path directory = Path.of(HERE).toAbsolutePath();

    private AbortRows() {}

    public static void main(String[] args) throws IllegalAccessException {
        run(new AbortRows(), args);
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
        return LlamaChatModel.builder(file).contextTokens(64).slots(1).threads(1);
    }

    /** A number that JSON does not know makes the engine's parser throw where nobody catches. */
    void a1_nonFiniteSamplingNumbersAreRefused() {
        List<DoubleFunction<Object>> setters = List.of(
                x -> Sampling.builder().temperature(x).build(), x -> Sampling.builder().topP(x).build(),
                x -> Sampling.builder().minP(x).build(), x -> Sampling.builder().typicalP(x).build(),
                x -> new Sampling.DynamicTemperature(x, 1), x -> new Sampling.DynamicTemperature(1, x),
                x -> new Sampling.Xtc(x, 0.1), x -> new Sampling.Xtc(0.1, x),
                x -> new Sampling.Penalties(64, x, 0, 0), x -> new Sampling.Penalties(64, 1, x, 0),
                x -> new Sampling.Penalties(64, 1, 0, x), x -> new Sampling.Dry(x, 1.75, 2, -1, List.of("\n")),
                x -> new Sampling.Dry(1, x, 2, -1, List.of("\n")), x -> new Sampling.Mirostat(1, x, 0.1),
                x -> new Sampling.Mirostat(1, 5, x), x -> Sampling.builder().tokenBias(Map.of(1, x)).build());
        for (double number : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            setters.forEach(set -> assertThatIllegalArgumentException().isThrownBy(() -> set.apply(number)));
        }
    }

    /** The same numbers at the ends of what is allowed are sent, and the engine copes. */
    void a1_extremeSamplingNumbersAreServed() {
        Sampling.Dry dry = new Sampling.Dry(100, 100, Integer.MAX_VALUE, Integer.MAX_VALUE,
                List.of("\0", "\ud83d\ude00", "x".repeat(256)));
        List<Sampling> extremes = List.of(
                Sampling.builder().temperature(Double.MIN_VALUE).build(), Sampling.builder().temperature(100).build(),
                Sampling.builder().topP(Double.MIN_NORMAL).typicalP(Double.MIN_NORMAL).minP(1).build(),
                Sampling.builder().topK(Integer.MAX_VALUE).minKeep(Integer.MAX_VALUE).build(),
                Sampling.builder().topK(0).topP(1).typicalP(1).minP(0).build(),
                Sampling.builder().order(List.of()).build(),
                Sampling.builder().xtc(new Sampling.Xtc(1, 0)).build(),
                Sampling.builder().xtc(new Sampling.Xtc(1, 1)).build(),
                Sampling.builder().dynamicTemperature(new Sampling.DynamicTemperature(100, 0.01)).build(),
                Sampling.builder().dynamicTemperature(new Sampling.DynamicTemperature(100, 100)).build(),
                Sampling.builder().penalties(new Sampling.Penalties(Integer.MAX_VALUE, 100, 100, 100)).build(),
                Sampling.builder().penalties(new Sampling.Penalties(-1, 0.01, -100, -100)).build(),
                Sampling.builder().penalties(new Sampling.Penalties(0, 2, 1, 1)).build(),
                Sampling.builder().dry(dry).build(),
                Sampling.builder().dry(new Sampling.Dry(1, 1, 0, 0, List.of("\n"))).build(),
                Sampling.builder().mirostat(new Sampling.Mirostat(1, 0, 0)).build(),
                Sampling.builder().mirostat(new Sampling.Mirostat(2, 100, 100)).build(),
                Sampling.builder().seed(0).build(), Sampling.builder().seed(0xffff_fffeL).build(),
                Sampling.builder().tokenBias(Map.of(0, 1e6, 3071, -1e6)).build());
        for (Sampling sampling : extremes) {
            ChatResponse response = asked.chat(Asked.greedy("Hello").sampling(sampling).maxTokens(8));
            assertThat(response.usage().completionTokens()).as(sampling.toString()).isBetween(0, 8);
        }
    }

    /** The engine's own templates abort on messages in another order, without content, or with tools. */
    void a2_messagesInAnyOrderAreRefusedOrAnswered() {
        ToolCall call = new ToolCall("1", "f", "{}");
        assertThatIllegalArgumentException().isThrownBy(() -> ChatRequest.of());
        assertThatIllegalArgumentException().isThrownBy(() -> ChatRequest.of(Message.system("x")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatRequest.of(Message.user("x"), Message.system("x")));
        assertThatIllegalArgumentException().isThrownBy(
                () -> ChatRequest.of(Message.user("x"), new AssistantMessage("", List.of(call))));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ChatRequest.of(Message.user("x"), new ToolMessage("1", "f", "", false)));
        List<List<Message>> served = List.of(
                List.of(Message.assistant("")), List.of(Message.user("")), List.of(Message.user("a"),
                        Message.user("b")),
                List.of(Message.assistant("a"), Message.assistant("b")),
                List.of(Message.system(""), Message.assistant("b"), Message.user("c")),
                List.of(Message.user("x"), new AssistantMessage("", List.of(call)),
                        new ToolMessage("1", "f", "", true)));
        for (List<Message> messages : served) {
            assertServed(ChatRequest.builder().messages(messages));
        }
    }

    /** With tools the engine's own templates want a flag, no streaming and no grammar. */
    void a2_toolsInAnyShapeAreRefusedOrAnswered() {
        ToolSpec tool = new ToolSpec("f", "", Map.of());
        ToolSpec odd = new ToolSpec("g", "<|im_end|>\0\ud83d\ude00", Map.of("type", List.of(1, "x", Map.of()), "", ""));
        assertServed(Asked.greedy("x").tools(List.of(tool, odd)));
        assertServed(Asked.greedy("x").tools(List.of(tool)).toolChoice(ToolChoice.NONE));
        assertServed(Asked.bound("root ::= \"ok\"").tools(List.of(tool)));
    }

    private void assertServed(ChatRequest.Builder request) {
        try {
            ChatResponse response = asked.chat(request.maxTokens(8));
            assertThat(response.usage().completionTokens()).isBetween(0, 8);
        } catch (TemplateException e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }

    /** A template that raises, or is none, ends the process when the engine applies it. */
    void a2_hostileTemplatesAreRefusedOrRender() {
        for (String template : List.of("{{ raise_exception('no') }}", "{% for", "{{ 1 // 0 }}", "{{ x.y.z }}")) {
            assertThatExceptionOfType(TemplateException.class).isThrownBy(() -> answered(template));
        }
        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> answered(""));
        for (String template : List.of("{% for a in range(1) %}{{ messages }}{% endfor %}", "\0",
                "{{ messages[0]['content'] }}")) {
            assertThat(answered(template)).isBetween(0, 2);
        }
    }

    private static int answered(String template) {
        try (LlamaChatModel model = small(TinyModel.path()).chatTemplate(template).build()) {
            return model.chat(Asked.greedy("hello").maxTokens(2).build()).usage().completionTokens();
        }
    }

    /** The engine's conversion of schemas throws across the border. */
    void a3_schemasAreConvertedInJavaOrRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ResponseFormat.JsonSchema(" "));
        for (String schema : List.of("{", "[]", "null", "1", "{\"type\":\"nope\"}", "{\"pattern\":\"(\"}",
                "{\"$ref\":\"#/x\"}", "{\"type\":1}")) {
            try {
                assertThat(asked.chat(Asked.greedy("x").format(new ResponseFormat.JsonSchema(schema)).maxTokens(8)))
                        .isNotNull();
            } catch (LlfException | IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    /** Ids come from outside only as biases and bans. */
    void a5_idsOutsideTheVocabularyAreRefused() {
        int size = asked.model().gguf().vocabulary().orElseThrow().size();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sampling.builder().bannedTokens(Set.of(-1)).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Sampling.builder().tokenBias(Map.of(Integer.MIN_VALUE, 1.0)).build());
        for (int id : new int[] {size, size + 1, Integer.MAX_VALUE}) {
            Sampling banned = Sampling.builder().bannedTokens(Set.of(id)).build();
            Sampling biased = Sampling.builder().tokenBias(Map.of(id, 1.0)).build();
            for (Sampling sampling : List.of(banned, biased)) {
                assertThatExceptionOfType(ConfigurationException.class)
                        .isThrownBy(() -> asked.chat(Asked.greedy("x").sampling(sampling)));
            }
        }
    }

    /** The natives read a null text as an address. */
    @SuppressWarnings("DataFlowIssue")
    void a6_nullsNeverReachTheEngine() {
        assertThatNullPointerException().isThrownBy(() -> asked.model().stream(null));
        assertThatNullPointerException().isThrownBy(() -> asked.model().chat(null));
        assertThatNullPointerException().isThrownBy(() -> asked.model().countTokens(null));
        assertThatNullPointerException().isThrownBy(() -> Message.user(null));
        assertThatNullPointerException().isThrownBy(() -> ChatRequest.of((Message) null));
        assertThatNullPointerException().isThrownBy(() -> Asked.greedy("x").stop(Arrays.asList("a", null)));
        assertThatNullPointerException().isThrownBy(() -> new ResponseFormat.Grammar(null));
        assertThatNullPointerException().isThrownBy(() -> LlamaChatModel.builder(null));
        assertThatNullPointerException().isThrownBy(() -> small(TinyModel.path()).chatTemplate(null));
        try (LlamaEmbeddingModel model = embedder("a6-embedder");
                Reranker reranker = LlamaReranker.open(file("a6-reranker", GgufBuilder.toyReranker()))) {
            assertThatNullPointerException().isThrownBy(() -> model.embed(null));
            assertThatNullPointerException().isThrownBy(() -> model.embedAll(null));
            assertThatNullPointerException().isThrownBy(() -> model.embedAll(Arrays.asList("a", null)));
            assertThatNullPointerException().isThrownBy(() -> model.countTokens(null));
            assertThatNullPointerException().isThrownBy(() -> reranker.rerank(null, List.of("a")));
            assertThatNullPointerException().isThrownBy(() -> reranker.rerank("q", null));
            assertThatNullPointerException().isThrownBy(() -> reranker.rerank("q", Arrays.asList("a", null)));
            assertThat(reranker.rerank("q", List.of("a"))).hasSize(1);
            assertThat(model.embed("a")).hasSize(32);
        }
    }

    private LlamaEmbeddingModel embedder(String name) {
        return LlamaEmbeddingModel.builder(file(name, GgufBuilder.toyBert(PoolingType.MEAN))).threads(1).build();
    }

    /** A text without a token comes back as another kind of result, and the binding looks for a vector in it. */
    void a9_textsWithoutTokensAreRefused() {
        GgufBuilder decoder = GgufBuilder.toyLlamaBpe();
        try (LlamaEmbeddingModel encoder = embedder("a9-encoder");
                LlamaEmbeddingModel causal = LlamaEmbeddingModel.builder(file("a9-decoder", decoder))
                        .pooling(PoolingType.LAST).threads(1).build()) {
            for (LlamaEmbeddingModel model : List.of(encoder, causal)) {
                assertThatIllegalArgumentException().isThrownBy(() -> model.embed(""));
                for (String text : List.of(" ", "\n", "\0", "\t\r\n", "\u200b", "\ufeff", "\u2060", "\ud83d\ude00",
                        "\ufffd", "\uffff", "[CLS]", "[UNK]", "<|endoftext|>", "\u0301", "\u3000")) {
                    embedsOrRefuses(model, text);
                }
                assertThat(model.embed("a")).hasSize(32).doesNotContain(Float.NaN);
            }
        }
    }

    private static void embedsOrRefuses(LlamaEmbeddingModel model, String text) {
        try {
            assertThat(model.embed(text)).hasSize(32).doesNotContain(Float.NaN);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("no tokens");
        }
    }

    /** Mean pooling on a model that generates text ends the process while it loads. */
    void a10_decodersPoolOnlyTheLastToken() {
        Path decoder = file("a10-decoder", GgufBuilder.toyLlamaBpe());
        for (PoolingType pooling : List.of(PoolingType.MEAN, PoolingType.CLS)) {
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> LlamaEmbeddingModel.builder(decoder).pooling(pooling).build());
        }
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> LlamaEmbeddingModel.builder(decoder).build());
    }

    /** A chat model whose own file asks for pooling. */
    void a10_poolingInAChatModelsFileDoesNotHurt() {
        for (PoolingType pooling : PoolingType.values()) {
            Path file = file("a10-" + pooling,
                    GgufBuilder.toyLlamaBpe().u32("llama.pooling_type", pooling.ordinal()));
            try (LlamaChatModel model = small(file).build()) {
                assertThat(model.chat(Asked.greedy("x").maxTokens(4).build()).usage().promptTokens()).isPositive();
            } catch (LlfException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    /** With several slots a short text on a high one fails an assertion; so texts of many threads go one by one. */
    void a11_manyShortTextsAtOnceAreEmbedded() throws ExecutionException, InterruptedException {
        try (LlamaEmbeddingModel model = embedder("a11"); ExecutorService pool = Executors.newFixedThreadPool(8)) {
            float[] expected = model.embed("a");
            List<Future<float[]>> vectors = IntStream.range(0, 200)
                    .mapToObj(i -> pool.submit(() -> model.embed(i % 2 == 0 ? "a" : "b" + i))).toList();
            for (int i = 0; i < vectors.size(); i += 2) {
                assertThat(vectors.get(i).get()).isEqualTo(expected);
            }
        }
    }

    /** Beyond the position table the engine reads past its end. */
    void a12_textsLongerThanTheModelAreRefused() {
        try (LlamaEmbeddingModel model = embedder("a12");
                Reranker reranker = LlamaReranker.open(file("a12-r", GgufBuilder.toyReranker()))) {
            String longest = "a ".repeat(model.maxTokens() - 2);
            assertThat(model.countTokens(longest)).isEqualTo(model.maxTokens());
            assertThat(model.embed(longest)).hasSize(32);
            assertThatExceptionOfType(ContextOverflowException.class).isThrownBy(() -> model.embed(longest + "a"))
                    .satisfies(e -> assertThat(e.promptTokens()).isEqualTo(model.maxTokens() + 1));
            assertThatExceptionOfType(ContextOverflowException.class)
                    .isThrownBy(() -> model.embedAll(List.of("a", "a ".repeat(100_000))));
            assertThatExceptionOfType(ContextOverflowException.class)
                    .isThrownBy(() -> reranker.rerank("a ".repeat(70), List.of("a", "a ".repeat(70))));
            assertThat(reranker.rerank("a ".repeat(60), List.of("a ".repeat(60)))).hasSize(1);
        }
        Path file = directory.resolve("a12.gguf");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> LlamaEmbeddingModel.builder(file).maxTokens(129).build());
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> LlamaChatModel.builder(TinyModel.path()).contextTokens(1025).build());
    }

    /** No documents are an empty batch, which the engine reads from. */
    void a13_noDocumentsAreAnEmptyRanking() {
        try (Reranker reranker = LlamaReranker.open(file("a13", GgufBuilder.toyReranker()))) {
            assertThat(reranker.rerank("query", List.of())).isEmpty();
            assertThatIllegalArgumentException().isThrownBy(() -> reranker.rerank("query", List.of("")));
            assertThatIllegalArgumentException().isThrownBy(() -> reranker.rerank("", List.of("a")));
        }
    }

    /** Ranking without a classifier head ends the process while it loads. */
    void a14_modelsWithoutAHeadDoNotRank() {
        GgufBuilder noHead = GgufBuilder.toyBert(PoolingType.CLS).u32("tokenizer.ggml.eos_token_id", 3);
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> LlamaReranker.open(file("a14-head", noHead)));
        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> LlamaReranker.open(TinyModel.path()));
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(
                () -> LlamaReranker.open(file("a14-marked", GgufBuilder.toyBert(PoolingType.RANK))));
        for (String role : List.of("eos", "seperator")) {
            GgufBuilder incomplete = GgufBuilder.toyReranker().without("tokenizer.ggml.%s_token_id".formatted(role));
            ranksOrRefuses(file("a14-" + role, incomplete));
        }
        for (String tensor : List.of("cls.weight", "cls.bias", "cls.output.weight", "cls.output.bias")) {
            ranksOrRefuses(file("a14-" + tensor, GgufBuilder.toyReranker().withoutTensor(tensor)));
            ranksOrRefuses(file("a14-1-" + tensor, GgufBuilder.toyReranker().ones(tensor, 1)));
        }
    }

    private static void ranksOrRefuses(Path file) {
        try (Reranker reranker = LlamaReranker.open(file)) {
            assertThat(reranker.rerank("a", List.of("b"))).hasSize(1);
        } catch (LlfException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    /** A grammar that needs a banned token cannot go on, and the engine throws where nobody catches. */
    void a15_bansDoNotMeetGrammars() {
        for (Sampling sampling : List.of(Sampling.builder().bannedTokens(Set.of(5)).build(),
                Sampling.builder().tokenBias(Map.of(5, -1.0)).build())) {
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> asked.chat(Asked.bound("root ::= \"yes\"").sampling(sampling)));
        }
        assertThat(asked.chat(Asked.bound("root ::= \"yes\"")).text()).isEqualTo("yes");
    }

    /** A control token that the grammar allows by its text, or any sampling with it. */
    void a15_grammarsSurviveControlTextsAndSampling() {
        GgufVocabulary vocabulary = asked.model().gguf().vocabulary().orElseThrow();
        for (int id = 0; id < vocabulary.size(); id++) {
            if (vocabulary.type(id) != TokenType.NORMAL) {
                String text = vocabulary.text(id);
                for (String grammar : List.of("root ::= \"%s\"".formatted(text),
                        "root ::= \"%s\" \"x\" .*".formatted(text), "root ::= \"x\" \"%s\"*".formatted(text))) {
                    assertThat(asked.chat(Asked.bound(grammar).maxTokens(20)).usage().completionTokens()).isPositive();
                }
            }
        }
        for (int seed = 0; seed < 20; seed++) {
            Sampling wild = Sampling.builder().temperature(50).topK(0).topP(1).minP(0).seed(seed).build();
            for (String grammar : List.of("root ::= .*", "root ::= [^a]+ \"\u00e9\\U0001F600\"", "root ::= [0-9]{3}",
                    "root ::= \"<\" .* \">\"", "root ::= (\"a\" | \"b\")*")) {
                asked.chat(Asked.bound(grammar).sampling(wild).maxTokens(12));
            }
        }
    }

    /** Lazy grammars have triggers, which are regular expressions; here any such text is a grammar or refused. */
    void a16_badPatternsAreNoGrammars() {
        for (String text : List.of("(", "[", "root ::= [", "root ::= (", "root ::= \"a\"{9999999999}", "^(a+)+$")) {
            assertThatExceptionOfType(GrammarException.class).isThrownBy(() -> asked.chat(Asked.bound(text)));
        }
    }

    /** The prefix of another grammar language, and a mirostat version that does not exist. */
    void a17_foreignGrammarsAndUnknownMirostatAreRefused() {
        for (String text : List.of("%llguidance {}\nstart: /a/", "  %llguidance", "%llguidance\nroot ::= \"a\"")) {
            assertThatExceptionOfType(GrammarException.class).isThrownBy(() -> asked.chat(Asked.bound(text)));
        }
        for (int version : new int[] {-1, 3, Integer.MAX_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> new Sampling.Mirostat(version, 5, 0.1));
        }
        for (int version = 0; version <= 2; version++) {
            Sampling sampling = Sampling.builder().mirostat(new Sampling.Mirostat(version, 5, 0.1)).build();
            asked.chat(Asked.greedy("x").sampling(sampling).maxTokens(8));
        }
    }

    /** No slots divide by zero; a negative or huge number is no better. */
    void a18_optionsOutOfRangeAreRefused() {
        List<BiFunction<LlamaChatModel.Builder, Integer, Object>> setters = List.of(LlamaChatModel.Builder::slots,
                LlamaChatModel.Builder::threads, LlamaChatModel.Builder::contextTokens,
                LlamaChatModel.Builder::gpuLayers,
                (builder, value) -> builder.admission(Admission.defaults().withCapacity(value)));
        for (BiFunction<LlamaChatModel.Builder, Integer, Object> set : setters) {
            for (int value : new int[] {-1, Integer.MIN_VALUE}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> set.apply(LlamaChatModel.builder(TinyModel.path()), value));
            }
        }
        assertThatIllegalArgumentException().isThrownBy(() -> LlamaChatModel.builder(TinyModel.path()).slots(0));
        assertThatIllegalArgumentException().isThrownBy(() -> LlamaChatModel.builder(TinyModel.path()).threads(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LlamaEmbeddingModel.builder(TinyModel.path()).threads(Integer.MAX_VALUE));
        assertThatIllegalArgumentException().isThrownBy(() -> LlamaReranker.builder(TinyModel.path()).maxTokens(0));
    }

    /** A file called like a flag that prints and exits. */
    void a18_fileNamesAreNeverFlags() throws IOException {
        byte[] model = GgufBuilder.toyLlamaBpe().bytes();
        for (String name : List.of("--version", "--help", "--list-devices", "-h", "--parallel", "a b\u00e9\u4e16.gguf",
                "x\ny", "%s%n", "a,b=c")) {
            Path relative = Path.of(HERE).resolve(name);
            Files.write(directory.resolve(name), model);
            try (LlamaChatModel opened = small(relative).build()) {
                opened.chat(Asked.greedy("x").maxTokens(2).build());
            }
        }
        Path supplementary = Files.write(directory.resolve("\ud83d\ude00.gguf"), model);
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> small(supplementary).build());
    }

    /** What is no model file at all. */
    void a19_filesThatAreNoModelsAreRefused() throws IOException {
        Path empty = Files.write(directory.resolve("empty.gguf"), new byte[0]);
        Path text = Files.writeString(directory.resolve("text.gguf"), "GGUF".repeat(1000));
        for (Path file : List.of(empty, text, directory, directory.resolve("absent.gguf"), Path.of("/dev/zero"),
                Path.of("/dev/null"), Path.of(HERE))) {
            assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> small(file).build());
        }
    }

    /** Files that the engine reads without asking. */
    void a19_hostileFilesAreRefused() {
        List<String> twice = tokens(file("a19-bpe", GgufBuilder.toyLlamaBpe()));
        twice.set(7, twice.get(8));
        List<GgufBuilder> hostile = List.of(
                GgufBuilder.toyLlamaBpe().strings("tokenizer.ggml.tokens", twice),
                GgufBuilder.toyLlamaBpe().u64("general.alignment", 32),
                GgufBuilder.toyLlamaBpe().string("general.alignment", "32"),
                GgufBuilder.toyLlamaBpe().u32("general.alignment", 0),
                GgufBuilder.toyLlamaBpe().u32("general.alignment", 33),
                GgufBuilder.toyLlamaBpe().u32("tokenizer.ggml.tokens", 1),
                GgufBuilder.toyLlamaBpe().u32("llama.block_count", Integer.MAX_VALUE));
        for (int i = 0; i < hostile.size(); i++) {
            Path file = file("a19-" + i, hostile.get(i));
            assertThatExceptionOfType(ModelFileException.class).as("file %d", i)
                    .isThrownBy(() -> small(file).build());
        }
    }

    private static List<String> tokens(Path file) {
        return new ArrayList<>(GgufFile.read(file).vocabulary().orElseThrow().texts());
    }

    /** A SentencePiece vocabulary without the tokens of bytes dies on the first character that it does not know. */
    void a19_unknownCharactersNeedByteTokens() {
        Path sound = file("a19-spm", GgufBuilder.toyLlamaSpm());
        try (LlamaChatModel model = small(sound).build()) {
            ChatResponse response = model.chat(Asked.greedy("\u4e16\ud83d\ude00\0").maxTokens(4).build());
            assertThat(response.finishReason()).isIn(FinishReason.LENGTH, FinishReason.STOP);
        }
        List<String> tokens = tokens(sound);
        tokens.replaceAll(text -> text.startsWith("<0x") ? "byte" + text : text);
        assertThat(new HashSet<>(tokens)).hasSameSizeAs(tokens);
        Path file = file("a19-bytes", GgufBuilder.toyLlamaSpm().strings("tokenizer.ggml.tokens", tokens));
        assertThatExceptionOfType(ModelFileException.class).isThrownBy(() -> small(file).build());
    }
}
