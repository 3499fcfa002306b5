package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.admission.AdmissionStatistics;
import dev.llf.admission.Rate;
import dev.llf.admission.RateLimit;
import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Priority;
import dev.llf.chat.ResponseFormat;
import dev.llf.chat.Sampling;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolChoice;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import dev.llf.error.BusyException;
import dev.llf.error.ConfigurationException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.ModelFileException;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.KvType;
import dev.llf.gguf.PoolingType;
import dev.llf.schema.Grammar;
import dev.llf.schema.SchemaException;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(120)
class LlamaChatModelTest {

    @TempDir static Path directory;

    private static LlamaChatModel model;

    @BeforeAll
    static void open() {
        model = TinyChats.model().slots(2).build();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static ChatResponse chat(ChatRequest.Builder request) {
        return model.chat(request.build());
    }

    private static ChatRequest.Builder endless() {
        return TinyChats.request("Hello!").sampling(TinyChats.endless());
    }

    private static LlamaChatModel.Builder toy(GgufBuilder toy, String name) {
        return LlamaChatModel.builder(toy.write(directory.resolve(name))).threads(1).exitWhenMainReturns(false);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"My name is Ada.|Okay, I will remember that.",
        "Are you a human?|No, I am a small language model.",
        "Repeat: seven blue lamps|seven blue lamps", "Thank you|You're welcome!"})
    void answersInTheFormsOfItsCard(String question, String answer) {
        ChatResponse response = TinyChats.chat(model, question);

        assertThat(response.text()).isEqualTo(answer);
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(response.toolCalls()).isEmpty();
    }

    @Test
    void remembersWhatWasSaid() {
        ChatResponse response = model.chat(ChatRequest.of(Message.system("You are a helpful assistant."),
                Message.user("My name is Ada."), Message.assistant("Okay, I will remember that."),
                Message.user("What is my name?")));

        assertThat(response.text()).isEqualTo("Your name is Ada.");
    }

    @Test
    void streamsWhatItAnswers() {
        try (ChatStream stream = model.stream(TinyChats.request("Repeat: seven blue lamps").build())) {
            StringBuilder text = new StringBuilder();
            for (ChatEvent event : stream) {
                if (event instanceof ChatEvent.TextDelta delta) {
                    text.append(delta.text());
                }
            }

            assertThat(text).hasToString("seven blue lamps").hasToString(stream.response().text());
        }
    }

    @Test
    void stopsAtTheLimitOfTheRequest() {
        ChatResponse response = chat(endless().maxTokens(5));

        assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        assertThat(response.usage().completionTokens()).isEqualTo(5);
    }

    @Test
    void countsTokensExactly() {
        ChatRequest request = TinyChats.request("Repeat: one two").build();
        ChatResponse response = model.chat(request);

        assertThat(response.usage().promptTokens()).isEqualTo(model.countTokens(request));
        assertThat(response.usage().completionTokens()).isBetween(3, 8);
    }

    @Test
    void evaluatesOnlyWhatIsNewInASession() {
        ChatRequest first = TinyChats.request("My name is Ada. ".repeat(10)).session("cached").build();
        ChatResponse answer = model.chat(first);
        ChatResponse second = model.chat(ChatRequest.builder().session("cached").messages(
                List.of(first.messages().getFirst(), answer.message(), Message.user("What is my name?"))).build());

        assertThat(second.usage().cachedTokens()).isGreaterThanOrEqualTo(answer.usage().promptTokens())
                .isLessThan(second.usage().promptTokens());
    }

    @Test
    void evaluatesOnlyWhatIsNewForThirtyTurns() {
        List<String> says = List.of("Thank you", "My name is Ada.", "Repeat: one two", "What is my name?", "Hello!");
        List<Message> messages = new ArrayList<>();
        int held = 0;
        for (int turn = 0; turn < 30; turn++) {
            messages.add(Message.user(says.get(turn % says.size())));
            ChatRequest request = ChatRequest.builder().messages(messages).session("thirty").maxTokens(12).build();
            int counted = model.countTokens(request);
            ChatResponse answer = model.chat(request);
            messages.add(answer.message());

            assertThat(answer.usage().promptTokens()).isEqualTo(counted);
            if (turn > 0) {
                assertThat(answer.usage().cachedTokens()).as("turn %d", turn).isEqualTo(held);
                assertThat(counted - held).isLessThan(30);
            }
            held = counted + answer.usage().completionTokens() - 1; // the last one was chosen, not evaluated
        }
    }

    @Test
    void stopsAtAStopString() {
        ChatResponse response = chat(TinyChats.request("Repeat: seven blue lamps").stop(List.of(" blue", "lam")));

        assertThat(response.text()).isEqualTo("seven");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
        assertThat(TinyChats.chat(model, "Repeat: seven blue lamps").text()).isEqualTo("seven blue lamps");
    }

    @Test
    void tellsHowLongItTook() {
        ChatResponse response = chat(endless().maxTokens(50));

        assertThat(response.timings().queued()).isGreaterThanOrEqualTo(Duration.ZERO);
        assertThat(response.timings().firstToken()).isPositive().isGreaterThanOrEqualTo(response.timings().queued());
        assertThat(response.timings().total()).isGreaterThanOrEqualTo(response.timings().firstToken());
        assertThat(response.timings().tokensPerSecond()).isPositive();
    }

    @Test
    void repeatsWhatASeedGave() {
        Set<String> texts = new HashSet<>();
        for (int seed = 0; seed < 5; seed++) {
            Sampling sampling = Sampling.builder().temperature(5).topK(0).topP(1).minP(0).seed(seed).build();
            String first = chat(TinyChats.request("Hello!").sampling(sampling).maxTokens(12)).text();

            assertThat(chat(TinyChats.request("Hello!").sampling(sampling).maxTokens(12)).text()).isEqualTo(first);
            texts.add(first);
        }

        assertThat(texts).hasSizeGreaterThan(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"root ::= \"yes\" | \"no\"", "root ::= \"[\" [0-9]+ (\", \" [0-9]+){1,3} \"]\"",
        "root ::= \"{\\\"name\\\": \\\"\" [a-zA-Z ]{1,12} \"\\\"}\"", "root ::= [\u00e0-\u00ff]{3}"})
    void writesWhatAGrammarDescribes(String gbnf) {
        Sampling lively = Sampling.builder().temperature(1.5).seed(3).build();
        for (Sampling sampling : List.of(Sampling.greedy(), lively)) {
            ChatResponse response = chat(TinyChats.request("Tell me.").sampling(sampling).maxTokens(60)
                    .format(new ResponseFormat.Grammar(gbnf)));

            if (response.finishReason() == FinishReason.STOP) {
                assertThat(Grammar.parse(gbnf).matches(response.text())).as(response.text()).isTrue();
            } else {
                assertThat(Grammar.parse(gbnf).matchesPrefix(response.text())).as(response.text()).isTrue();
            }
        }
    }

    @Test
    void refusesWhatItCannotServe() {
        assertThatThrownBy(() -> chat(TinyChats.request("Hi").format(new ResponseFormat.JsonSchema("false"))))
                .isInstanceOf(SchemaException.class);
        assertThatThrownBy(() -> chat(endless().format(new ResponseFormat.Grammar("root ::= \"a\""))))
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(
                () -> chat(TinyChats.request("Hi").sampling(Sampling.builder().bannedTokens(Set.of(3072)).build())))
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() -> chat(TinyChats.request("word ".repeat(2_000))))
                .isInstanceOf(ContextOverflowException.class);
        assertThat(TinyChats.chat(model, "Thank you").text()).isEqualTo("You're welcome!");
    }

    @Test
    void fillsASmallContextAndNoMore() {
        try (LlamaChatModel small = TinyChats.model().contextTokens(64).slots(2).build()) {
            ChatResponse response = small.chat(endless().build());

            assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(response.usage().totalTokens()).isEqualTo(62);
            assertThat(small.info().contextTokens()).isEqualTo(64);
            assertThatThrownBy(() -> TinyChats.chat(small, "word ".repeat(60)))
                    .isInstanceOf(ContextOverflowException.class);
        }
    }

    @Test
    void measuresItsThreadsInTheSmallestContext() {
        try (LlamaChatModel small = LlamaChatModel.builder(TinyModel.path()).contextTokens(16).slots(1)
                .exitWhenMainReturns(false).build()) {
            assertThat(small.threads()).isBetween(1, Machine.physicalCores());
            assertThat(small.threadsReason()).isNotBlank();
        }
    }

    @Test
    void tellsAboutItself() {
        assertThat(model.info().name()).isEqualTo("LLF Tiny");
        assertThat(model.info().contextTokens()).isEqualTo(1024);
        assertThat(model.threads()).isEqualTo(1);
        assertThat(model.threadsReason()).isEqualTo("set by the host");
        assertThat(model.gguf().architecture()).isEqualTo("llama");
        assertThat(model.sampling()).isEqualTo(Sampling.greedy());
    }

    @Test
    void endsAtTheDeadline() {
        ChatResponse response = chat(endless().timeout(Duration.ofMillis(30)));

        assertThat(response.finishReason()).isEqualTo(FinishReason.DEADLINE);
        assertThat(response.timings().total()).isBetween(Duration.ofMillis(29), Duration.ofSeconds(30));
    }

    @Test
    void refusesMoreThanMayWait() throws InterruptedException {
        try (LlamaChatModel narrow = TinyChats.model().contextTokens(512).slots(1)
                .admission(Admission.defaults().withCapacity(0)).build();
                ChatStream first = narrow.stream(endless().build())) {
            assertThatThrownBy(() -> TinyChats.chat(narrow, "Hello!")).isInstanceOf(BusyException.class);
            first.cancel();
            narrow.awaitIdle();

            assertThat(TinyChats.chat(narrow, "Thank you").text()).isEqualTo("You're welcome!");
        }
    }

    @Test
    void refusesWhatItsRateCouldNeverLetPass() {
        Admission small = Admission.defaults().withTenantLimit(RateLimit.ofTokens(Rate.perMinute(100)));
        try (LlamaChatModel limited = TinyChats.model().contextTokens(512).slots(1).admission(small).build()) {
            assertThatThrownBy(() -> TinyChats.chat(limited, "Thank you")).isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("maxTokens").hasMessageContaining("100");

            ChatResponse response = limited.chat(TinyChats.request("Thank you").maxTokens(20).build());
            assertThat(response.text()).isEqualTo("You're welcome!");
            assertThat(limited.admission().submitted()).isEqualTo(1);
        }
    }

    @Test
    void failsWhoWaitsTooLongForASlot() {
        Admission impatient = Admission.defaults().withMaxWait(Duration.ofMillis(20));
        try (LlamaChatModel narrow = TinyChats.model().contextTokens(512).slots(1).admission(impatient).build();
                ChatStream first = narrow.stream(endless().build());
                ChatStream second = narrow.stream(endless().build())) {
            assertThatThrownBy(second::response).isInstanceOf(BusyException.class);
            assertThat(first.iterator().next()).isInstanceOf(ChatEvent.TextDelta.class);
        }
    }

    @Test
    void tellsHowBusyItsLineIs() throws InterruptedException {
        Admission own = Admission.defaults().withCapacity(77);
        try (LlamaChatModel narrow = TinyChats.model().contextTokens(512).slots(1).admission(own).build();
                LlamaChatModel other = TinyChats.model().contextTokens(512).slots(1).admission(own).build()) {
            ChatStream running = narrow.stream(endless().build());
            ChatStream waiting = other.stream(endless().priority(Priority.LOW).tenant("ada").build());

            AdmissionStatistics shared = narrow.admission();
            assertThat(shared.slots()).isEqualTo(1);
            assertThat(shared.running()).isEqualTo(1);
            assertThat(shared.waitingByPriority()).containsEntry(Priority.LOW, 1).containsEntry(Priority.NORMAL, 0);
            waiting.cancel();
            running.cancel();
            narrow.awaitIdle();

            assertThat(other.admission().completed()).isEqualTo(1);
            assertThat(other.admission().cancelledWaiting()).isEqualTo(1);
        }
    }

    @Test
    void drains() throws InterruptedException {
        LlamaChatModel draining = TinyChats.model().slots(2).build();
        List<ChatStream> streams = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            streams.add(draining.stream(endless().maxTokens(50).build()));
        }
        Thread drain = Thread.ofVirtual().start(() -> assertThat(draining.drain(Duration.ofSeconds(60))).isTrue());
        drain.join();

        assertThat(streams).allMatch(stream -> stream.response().finishReason() == FinishReason.LENGTH);
        assertThatThrownBy(() -> TinyChats.chat(draining, "Hello!")).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("drained");
        assertThat(draining.drain(Duration.ZERO)).isTrue();
        assertThat(TinyChats.chat(model, "Thank you").text()).as("others on the same engine")
                .isEqualTo("You're welcome!");
        draining.close();
        assertThat(draining.drain(Duration.ZERO)).isTrue();
    }

    @Test
    void cancelsWhatIsLeftOfADrain() {
        LlamaChatModel draining = TinyChats.model().slots(2).build();
        ChatStream left = draining.stream(endless().build());

        assertThat(draining.drain(Duration.ofMillis(5))).isFalse();
        assertThatThrownBy(() -> draining.drain(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
        draining.close();

        assertThat(left.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void stopsDrainingWhenInterrupted() throws InterruptedException {
        LlamaChatModel draining = TinyChats.model().slots(2).build();
        ChatStream running = draining.stream(endless().build());
        AtomicBoolean interrupted = new AtomicBoolean();
        Thread caller = Thread.ofPlatform().start(() -> {
            Thread.currentThread().interrupt();
            assertThat(draining.drain(Duration.ofDays(1))).isFalse();
            interrupted.set(Thread.currentThread().isInterrupted());
        });
        caller.join();

        assertThat(interrupted).as("stays interrupted").isTrue();
        assertThat(running.iterator().next()).as("goes on").isInstanceOf(ChatEvent.TextDelta.class);
        assertThatThrownBy(() -> TinyChats.chat(draining, "Hello!")).isInstanceOf(IllegalStateException.class);
        draining.close();
    }

    @Test
    void sharesOneEngineWithModelsOfTheSameOptions() {
        LlamaChatModel second = TinyChats.model().slots(2).build();
        try (ChatStream running = model.stream(endless().build())) {
            assertThat(TinyChats.chat(second, "Thank you").text()).isEqualTo("You're welcome!");
            second.close();

            assertThat(running.iterator().next()).isInstanceOf(ChatEvent.TextDelta.class);
            assertThat(TinyChats.chat(model, "Thank you").text()).isEqualTo("You're welcome!");
        }
    }

    @Test
    void cancelsWhatRunsWhenClosed() {
        LlamaChatModel closing = TinyChats.model().slots(2).build();
        ChatStream running = closing.stream(endless().build());
        ChatStream waiting = closing.stream(endless().build());
        ChatStream others = model.stream(endless().build());

        closing.close();
        closing.close();

        assertThat(running.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(waiting.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(others.iterator().next()).isInstanceOf(ChatEvent.TextDelta.class);
        others.close();
        assertThatThrownBy(() -> TinyChats.chat(closing, "Hello!")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> closing.countTokens(endless().build())).isInstanceOf(IllegalStateException.class);
        assertThat(closing.info().name()).isEqualTo("LLF Tiny");
    }

    @Test
    void cancelsWhenTheCallerIsInterrupted() throws InterruptedException {
        ChatStream stream = model.stream(endless().build());
        Thread caller = Thread.ofVirtual().start(() -> {
            Thread.currentThread().interrupt();
            assertThat(stream.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        });
        caller.join();

        assertThat(stream.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void checksOptionsAtOnce() {
        LlamaChatModel.Builder builder = TinyChats.model();

        assertThatThrownBy(() -> builder.contextTokens(15)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.slots(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.slots(257)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.threads(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.threads(513)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> builder.gpuLayers(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesOptionsThatDoNotFit() {
        assertThatThrownBy(() -> TinyChats.model().contextTokens(1025).build())
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("1024");
        assertThatThrownBy(() -> TinyChats.model().kvType(KvType.Q8_0).build())
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("flashAttention");
    }

    @Test
    void refusesFilesThatAreNoChatModels() {
        assertThatThrownBy(() -> LlamaChatModel.builder(directory.resolve("missing.gguf")).build())
                .isInstanceOf(ModelFileException.class).hasMessageContaining("missing.gguf");
        assertThatThrownBy(() -> LlamaChatModel.builder(directory).build()).isInstanceOf(ModelFileException.class);
        assertThatThrownBy(() -> toy(GgufBuilder.toyBert(PoolingType.MEAN), "bert.gguf").chatTemplate("x").build())
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("embedding model");
        assertThatThrownBy(
                () -> toy(GgufBuilder.toyLlamaBpe().without("tokenizer.chat_template"), "plain.gguf").build())
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("chatTemplate");
    }

    @Test
    void takesTheSamplingThatTheFileRecommends() {
        try (LlamaChatModel toy = toy(GgufBuilder.toyLlamaBpe().f32("general.sampling.temp", 0.25), "warm.gguf")
                .contextTokens(128).slots(1).build()) {
            assertThat(toy.sampling().temperature()).isEqualTo(0.25);
        }
    }

    @Test
    void putsBosInFrontOnceAndChatsWithEveryVocabulary() {
        GgufBuilder bpe = GgufBuilder.toyLlamaBpe().bool("tokenizer.ggml.add_bos_token", true);
        for (GgufBuilder each : List.of(bpe, GgufBuilder.toyLlamaSpm())) {
            try (LlamaChatModel toy = toy(each, "toy.gguf").contextTokens(256).slots(1).sampling(Sampling.greedy())
                    .build()) {
                ChatResponse response = toy.chat(TinyChats.request("the <|im_end|> \uD83D\uDE00").maxTokens(8).build());

                assertThat(response.usage().completionTokens()).isLessThanOrEqualTo(8);
                assertThat(response.usage().promptTokens())
                        .isEqualTo(toy.countTokens(TinyChats.request("the <|im_end|> \uD83D\uDE00").build()));
            }
        }
    }

    @Test
    void keepsQuantisedCaches() {
        try (LlamaChatModel quantised = TinyChats.model().slots(1).contextTokens(256).kvType(KvType.Q8_0)
                .flashAttention(true).build()) {
            assertThat(TinyChats.chat(quantised, "Thank you").text()).isEqualTo("You're welcome!");
        }
    }

    private static ToolSpec weather() {
        Map<String, Object> city = new LinkedHashMap<>();
        city.put("type", "string");
        city.put("description", "City name");
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("type", "object");
        parameters.put("properties", Map.of("city", city));
        parameters.put("required", List.of("city"));
        return new ToolSpec("get_weather", "Get the current weather of a city", parameters);
    }

    @Test
    void callsATool() {
        ChatResponse response = chat(TinyChats.request("What is the weather in Paris?").tools(List.of(weather())));

        assertThat(response.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
        assertThat(response.text()).isEmpty();
        assertThat(response.toolCalls()).hasSize(1);
        assertThat(response.toolCalls().getFirst().name()).isEqualTo("get_weather");
        assertThat(response.toolCalls().getFirst().arguments()).isEqualTo("{\"city\":\"Paris\"}");
    }

    @Test
    void answersFromTheResultOfATool() {
        ToolCall call = new ToolCall("call_1", "get_weather", "{\"city\":\"Paris\"}");
        ChatResponse response = model.chat(ChatRequest.builder().tools(List.of(weather()))
                .messages(List.of(Message.user("What is the weather in Paris?"),
                        new AssistantMessage("", List.of(call)), new ToolMessage("call_1", "get_weather",
                                "{\"temperature\": 21, \"condition\": \"sunny\"}", false)))
                .build());

        assertThat(response.text()).isEqualTo("It is 21 degrees and sunny in Paris.");
        assertThat(response.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void leavesCallsInTheTextWhereNoneMayBeMade() {
        ChatResponse response = chat(TinyChats.request("What is the weather in Paris?").tools(List.of(weather()))
                .toolChoice(ToolChoice.NONE));

        assertThat(response.toolCalls()).isEmpty();
        assertThat(response.finishReason()).isNotEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void fallsBackWhereTheTemplateRefusesASystemMessage() {
        String strict = "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system role') }}"
                + "{% endif %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n";
        try (LlamaChatModel plain = TinyChats.model().slots(2).chatTemplate(strict).build()) {
            assertThat(plain.countTokens(ChatRequest.of(Message.system("Be kind."), Message.user("Hi"))))
                    .isEqualTo(plain.countTokens(ChatRequest.of(Message.user("Be kind.\n\nHi"))));
            assertThat(plain.chat(ChatRequest.of(Message.system("Be kind."), Message.user("Thank you"))).text())
                    .isNotEmpty();
        }
    }
}
