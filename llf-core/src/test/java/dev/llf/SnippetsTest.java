package dev.llf;

import dev.llf.admission.Admission;
import dev.llf.admission.AdmissionStatistics;
import dev.llf.admission.Rate;
import dev.llf.admission.RateLimit;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Sampling;
import dev.llf.chat.Transcript;
import dev.llf.conversation.BranchComparison;
import dev.llf.conversation.ContextPlan;
import dev.llf.conversation.Omission;
import dev.llf.conversation.Window;
import dev.llf.conversation.export.ConversationExporter;
import dev.llf.conversation.export.ConversationImporter;
import dev.llf.conversation.export.ExportFormat;
import dev.llf.conversation.search.ConversationSearch;
import dev.llf.conversation.search.SearchQuery;
import dev.llf.conversation.search.SearchResult;
import dev.llf.conversation.store.JsonLinesConversationStore;
import dev.llf.error.EngineCrashedException;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.KvType;
import dev.llf.llamacpp.Isolation;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.models.Candidate;
import dev.llf.models.ModelComparison;
import dev.llf.models.ModelPool;
import dev.llf.models.ModelProfile;
import dev.llf.models.Router;
import dev.llf.models.RoutingDecision;
import dev.llf.observe.Metrics;
import dev.llf.observe.Tracer;
import dev.llf.observe.analytics.AnalyticsReport;
import dev.llf.observe.analytics.AnalyticsStore;
import dev.llf.observe.analytics.Insight;
import dev.llf.observe.analytics.Period;
import dev.llf.spi.ConversationStore;
import dev.llf.testing.ScriptedChatModel;
import dev.llf.testing.TinyModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The examples of the documentation, which run as tests. */
class SnippetsTest {

    @Test
    void hello() {
        // @start region="hello"
        try (Llf llf = Llf.builder().model(TinyModel.path()).build()) {
            System.out.println(llf.chat("What is LLF?").text());
        }
        // @end
    }

    @Test
    void conversation() {
        // @start region="conversation"
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy()).build()) {
            Conversation talk = llf.conversation();
            talk.send("My name is Ada.");
            try (ReplyStream stream = talk.stream("What is my name?")) {
                Reply reply = stream.forEachText(System.out::print); // finishReason(), usage(), timings()
                // @end
                assertThat(reply.text()).isEqualTo("Your name is Ada.");
                assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
                // @start region="conversation-fork"
            }
            Conversation other = talk.fork(); // a branch; both go on independently
            // @end
            assertThat(other.turns()).isEqualTo(talk.turns());
        }
    }

    @Test
    void serverSentEvents() {
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy()).build()) {
            Conversation talk = llf.conversation();
            ByteArrayOutputStream response = new ByteArrayOutputStream();
            // @start region="sse"
            try (ReplyStream stream = talk.stream("What is LLF?")) {
                switch (ServerSentEvents.standard().write(stream, response)) { // headers() and CONTENT_TYPE came before
                    case ServerSentEvents.Outcome.Delivered(Reply reply) -> System.out.println(reply.usage());
                    case ServerSentEvents.Outcome.Failed(Throwable failure) -> System.out.println(failure);
                    case ServerSentEvents.Outcome.ClientGone(IOException cause) -> System.out.println(cause);
                }
            }
            // @end
            assertThat(response.toString(StandardCharsets.UTF_8)).contains("event: token", "event: done");
        }
    }

    @Test
    void extraction() {
        try (Llf llf = Llf.builder().model(TinyModel.path()).build()) {
            // @start region="extract"
            record Order(String customer, String product, int quantity, int price) {}
            Order order = llf.extract(Order.class, "Ada ordered 3 lamps for 40 dollars.");
            // @end
            assertThat(order).isEqualTo(new Order("Ada", "lamp", 3, 40));
        }
    }

    @Test
    void branches() {
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy()).build()) {
            // @start region="branches"
            Conversation talk = llf.conversation();
            Reply first = talk.send("My name is Ada.");
            talk.send("What is my name?");
            Conversation other = talk.fork("bob", first.turn().id()); // goes on from any turn
            other.send("My name is Bob.");
            talk.regenerate(); // asks again; the earlier answer stays in the tree
            talk.undo();
            talk.redo();
            BranchComparison parted = talk.tree().compare("main", "bob");
            talk.merge("bob", MergeStrategy.SUMMARY); // or TURNS
            // @end
            assertThat(parted.commonAncestor()).contains(first.turn());
            assertThat(parted.onlyInA()).hasSize(1);
            assertThat(parted.onlyInB()).hasSize(1);
            assertThat(talk.turns()).hasSize(3);
            assertThat(talk.tree().following(first.turn().id())).hasSize(3);
        }
    }

    @Test
    void typedOutput() {
        try (Llf llf = Llf.builder().model(TinyModel.path()).build()) {
            // @start region="typed"
            String team = llf.classify("The screen stays black.", List.of("billing", "technical", "sales"));
            boolean refund = llf.yesOrNo("Does this customer want a refund? I need a refund.");
            // @end
            assertThat(team).isEqualTo("technical");
            assertThat(refund).isTrue();
        }
    }

    @Test
    void windows() {
        // @start region="windows"
        try (Llf llf = Llf.builder().model(TinyModel.path()).window(Window.summarizing()).build()) {
            Conversation talk = llf.conversation();
            Reply first = talk.send("My name is Ada.");
            talk.tree().pin(first.turn().id()); // stays in the model's view
            ContextPlan plan = talk.plan("What is my name?"); // says nothing yet
            int past = plan.tokens(ContextPlan.Part.HISTORY);
            int free = plan.freeTokens();
            int unseen = plan.omission().map(Omission::turns).orElse(0);
            // @end
            assertThat(past).isPositive();
            assertThat(free).isPositive();
            assertThat(unseen).isZero();
            // @start region="windows-end"
        }
        // @end
    }

    @Test
    void storingExportingAndSearching(@TempDir Path directory) {
        Path file = directory.resolve("ada.json");
        // @start region="store"
        try (ConversationStore store = JsonLinesConversationStore.open(directory.resolve("conversations"));
                Llf llf = Llf.builder().model(TinyModel.path()).store(store).build()) {
            Conversation talk = llf.conversation("ada"); // begun, or gone on with after a restart
            talk.send("My name is Ada.");
            SearchResult found = ConversationSearch.search(talk.transcript(), SearchQuery.of("name"));
            ConversationExporter.builder().build().exportTo(talk.transcript(), ExportFormat.JSON, file);
            // @end
            assertThat(found.totalMessages()).isPositive();
            // @start region="import"
            Transcript read = ConversationImporter.builder().build().read(file).transcript();
            Conversation copy = llf.conversation(read.withId("ada-2")); // goes on from there
            // @end
            assertThat(copy.turns()).isEqualTo(talk.turns());
            assertThat(store.conversations()).containsExactly("ada", "ada-2");
            // @start region="store-end"
        }
        // @end
    }

    @Test
    void scriptedModel() {
        // @start region="scripted"
        ScriptedChatModel model = ScriptedChatModel.replying("Hello").thenReplying("Sunny.");
        try (Llf llf = Llf.builder().model(model).build()) {
            Conversation talk = llf.conversation();
            assertThat(talk.send("Hi").text()).isEqualTo("Hello");
            assertThat(talk.send("How is the weather?").text()).isEqualTo("Sunny.");
        }
        assertThat(model.requests()).hasSize(2);
        // @end
    }

    @Test
    void modelFile() {
        Path file = TinyModel.path();
        // @start region="gguf"
        GgufFile gguf = GgufFile.read(file);
        gguf.checkRunnable(); // throws a ModelFileException that says what, where, found and expected
        long bytes = gguf.estimateMemory(4096, 1, KvType.F16, KvType.F16).totalBytes();
        // @end
        assertThat(bytes).isGreaterThan(gguf.weightBytes());
    }

    @Test
    void admission() {
        Path file = TinyModel.path();
        // @start region="admission"
        RateLimit limit = RateLimit.ofRequests(Rate.perMinute(60)).withTokens(Rate.perMinute(100_000));
        Admission admission = Admission.defaults().withCapacity(200).withCapacityPerTenant(20).withTenantLimit(limit);
        try (LlamaChatModel model = LlamaChatModel.builder(file).admission(admission).build();
                Llf llf = Llf.builder().model(model).build()) {
            String answer = llf.chat("What is LLF?").text();
            AdmissionStatistics now = model.admission();
            // @end
            assertThat(answer).isNotEmpty();
            assertThat(now.admitted()).isEqualTo(1);
            // @start region="admission-end"
        }
        // @end
    }

    @Test
    void severalModels() {
        Path file = TinyModel.path();
        Path other = TinyModel.path();
        // @start region="models"
        try (ModelPool pool = ModelPool.builder()
                .model("small", LlamaChatModel.builder(file), ModelProfile.builder().complexity(3).build())
                .model("large", LlamaChatModel.builder(other).slots(1), ModelProfile.builder().complexity(8).build())
                .build(); Llf llf = Llf.builder().models(pool).router(Router.complexity()).build()) {
            Conversation talk = llf.conversation();
            String chosen = talk.send("What is LLF?").turn().model(); // loaded by the first question
            talk.withModel("large").send("What can you do?"); // the same conversation goes on
            List<ModelComparison.Answer> answers = llf.compare("What is LLF?"); // a Success or a Failure of each
            // @end
            assertThat(chosen).isEqualTo("small");
            assertThat(talk.turns()).extracting(turn -> turn.model()).containsExactly("small", "large");
            assertThat(answers).hasSize(2).allSatisfy(
                    answer -> assertThat(answer).isInstanceOf(ModelComparison.Success.class));
            // @start region="models-end"
        }
        // @end
    }

    @Test
    void ownRouter() {
        // @start region="router"
        Router byLength = (question, candidates) -> RoutingDecision.ranked("length", candidates,
                candidate -> candidate.model().equals("large") == (question.length() > 200) ? 1 : 0,
                "by the question's length");
        // @end
        List<Candidate> candidates = List.of(new Candidate("small", ModelProfile.NONE),
                new Candidate("large", ModelProfile.NONE));
        assertThat(byLength.route("Hi", candidates).model()).isEqualTo("small");
        assertThat(byLength.route("Hi".repeat(200), candidates).model()).isEqualTo("large");
    }

    @Test
    void isolation() {
        // @start region="isolation"
        try (Llf llf = Llf.builder().model(TinyModel.path()).isolation(Isolation.WORKER_JVM).build()) {
            Conversation talk = llf.conversation();
            try {
                System.out.println(talk.send("What is LLF?").text());
            } catch (EngineCrashedException e) { // this program goes on, and the next call starts another process
                System.out.println(e.exitStatus());
            }
            // @end
            assertThat(talk.turns()).hasSize(1);
            // @start region="isolation-end"
        }
        // @end
    }

    @Test
    void observing() {
        // @start region="observe"
        Tracer tracer = Tracer.create(); // shows nothing of what was said
        Metrics metrics = new Metrics();
        try (Llf llf = Llf.builder().model(TinyModel.path()).listener(tracer).listener(metrics).build()) {
            Reply reply = llf.chat("What is LLF?");
            System.out.println(tracer.trace(reply.turn().id()).orElseThrow().text());
            System.out.println(metrics.snapshot().totalSeconds().orElseThrow().p95());
            // @end
            assertThat(metrics.totals().ok()).isEqualTo(1);
            // @start region="observe-end"
        }
        // @end
    }

    @Test
    void analytics(@TempDir Path directory) {
        // @start region="analytics"
        try (AnalyticsStore analytics = AnalyticsStore.open(directory);
                Llf llf = Llf.builder().model(TinyModel.path()).listener(analytics).build()) {
            llf.conversation().forTenant("acme").send("What is LLF?");
            Period month = Period.last(Duration.ofDays(30), Instant.now(), ZoneId.systemDefault());
            AnalyticsReport report = analytics.report(month);
            report.insights().stream().map(Insight::message).forEach(System.out::println);
            // @end
            assertThat(report.tokens().turns()).isEqualTo(1);
            // @start region="analytics-end"
        }
        // @end
    }

    /** What the documentation shows is what runs above, line by line. */
    @Test
    void documentationShowsThisCode() throws IOException {
        assertThat(blocksOfThisCode("README.md")).isEqualTo(13);
        assertThat(blocksOfThisCode("docs/models.md")).isEqualTo(1);
        assertThat(blocksOfThisCode("docs/observing.md")).isEqualTo(1);
    }

    private static int blocksOfThisCode(String page) throws IOException {
        List<String> own = Files.readString(Path.of("src/test/java/dev/llf/SnippetsTest.java")).lines()
                .map(String::strip).toList();
        Matcher blocks = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("..").resolve(page)));
        int count = 0;
        while (blocks.find()) {
            assertThat(own).containsAll(blocks.group(1).lines().map(String::strip).toList());
            count++;
        }
        return count;
    }
}
