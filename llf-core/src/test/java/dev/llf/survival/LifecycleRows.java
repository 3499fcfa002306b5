package dev.llf.survival;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.admission.Admission;
import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.error.BusyException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.ModelFileException;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.PoolingType;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.llamacpp.LlamaEmbeddingModel;
import dev.llf.llamacpp.LlamaReranker;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** What hangs, leaks or outlives its owner. */
final class LifecycleRows extends HazardRows {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int LONG = 900;
    /** Must not turn up in what the process prints. */
    static final String SECRET = "cat secret dog";

    private final Asked asked = new Asked();
    private final Path directory = Path.of("").toAbsolutePath();

    private LifecycleRows() {}

    public static void main(String[] args) throws IllegalAccessException {
        run(new LifecycleRows(), args);
    }

    @Override
    protected void checkUnharmed() {
        asked.checkUnharmed();
    }

    @Override
    public void close() {
        asked.close();
    }

    private static LlamaChatModel.Builder oneSlot() {
        return LlamaChatModel.builder(TinyModel.path()).contextTokens(Asked.CONTEXT).slots(1).threads(1);
    }

    private LlamaEmbeddingModel embedder(String name) {
        Path file = GgufBuilder.toyBert(PoolingType.MEAN).write(directory.resolve(name + ".gguf"));
        return LlamaEmbeddingModel.builder(file).threads(1).build();
    }

    private LlamaReranker reranker(String name) {
        return LlamaReranker.builder(GgufBuilder.toyReranker().write(directory.resolve(name + ".gguf"))).threads(1)
                .build();
    }

    private static long residentKilobytes() throws IOException {
        return Files.readAllLines(STATUS).stream().filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", ""))).findFirst().orElseThrow();
    }

    /** The binding frees nothing when a model is closed; who opens the same one again gets what is there. */
    void b1_reopeningAModelTakesNoMoreMemory() throws IOException {
        if (!Files.isReadable(STATUS)) {
            System.out.println("SKIP b1: only Linux tells the resident memory");
            return;
        }
        reopen(5);
        long before = residentKilobytes();
        reopen(30);
        assertThat(residentKilobytes() - before).isLessThan(48 * 1024);
    }

    private static void reopen(int times) {
        for (int i = 0; i < times; i++) {
            try (LlamaChatModel model = oneSlot().build()) {
                Asked.ask(model);
            }
        }
    }

    /** After a close the binding's natives wait for ever or read what is no more. */
    void b3_nothingWorksAfterClose() {
        LlamaChatModel model = oneSlot().build();
        LlamaChatModel other = oneSlot().build();
        model.close();
        model.close();
        ChatRequest request = Asked.greedy("x").build();
        List<ThrowingCallable> uses = new ArrayList<>(
                List.of(() -> model.stream(request), () -> model.chat(request), () -> model.countTokens(request)));
        LlamaEmbeddingModel embedder = embedder("b3-e");
        LlamaReranker reranker = reranker("b3-r");
        embedder.close();
        reranker.close();
        embedder.close();
        reranker.close();
        uses.addAll(List.of(() -> embedder.embed("a"), () -> embedder.embedAll(List.of()),
                () -> embedder.countTokens("a"), () -> reranker.rerank("a", List.of("b")),
                () -> reranker.rerank("a", List.of())));
        Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(Asked.CONTEXT).slots(1).threads(1).build();
        Conversation talk = llf.conversation();
        llf.close();
        llf.close();
        uses.addAll(List.of(() -> llf.chat("x"), llf::conversation, () -> talk.send("x"),
                () -> talk.stream("x").reply()));
        uses.forEach(use -> assertThatIllegalStateException().isThrownBy(use));
        assertThat(Asked.ask(other)).isEqualTo(asked.answer());
        other.close();
    }

    /** A close leaves those who wait for a response waiting for ever. */
    void b4_closeEndsWhatRunsAndWhatWaits() {
        LlamaChatModel model = oneSlot().build();
        ChatStream running = model.stream(asked.endless(LONG).build());
        ChatStream waiting = model.stream(asked.endless(LONG).build());
        assertThat(running.iterator().hasNext()).isTrue();
        model.close();
        assertThat(running.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(running.response().text()).isNotEmpty();
        assertThat(waiting.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        try (LlamaChatModel again = oneSlot().build()) {
            assertThat(Asked.ask(again)).isEqualTo(asked.answer());
        }
    }

    /** A cancel from another thread takes away the result that the reading thread waits for. */
    void b5_cancelFromAnotherThreadReleasesTheReader() throws InterruptedException, ExecutionException {
        try (ExecutorService pool = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 20; round++) {
                ChatStream stream = asked.model().stream(asked.endless(LONG).build());
                CountDownLatch first = new CountDownLatch(1);
                Future<Integer> reader = pool.submit(() -> read(stream, first));
                Future<ChatResponse> waiter = pool.submit(stream::response);
                if (round % 2 == 0) {
                    first.await();
                }
                Future<?> one = pool.submit(stream::cancel);
                stream.cancel();
                one.get();
                assertThat(waiter.get().finishReason()).isEqualTo(FinishReason.CANCELLED);
                assertThat(reader.get()).isPositive();
            }
        }
    }

    private static int read(ChatStream stream, CountDownLatch first) {
        int events = 0;
        for (ChatEvent event : stream) {
            first.countDown();
            events += event == null ? 0 : 1;
        }
        return events;
    }

    /** A queued task that is cancelled in the engine runs all the same. */
    void b6_aCancelledRequestInLineNeverRuns() {
        try (LlamaChatModel model = oneSlot().build()) {
            ChatStream running = model.stream(asked.endless(LONG).build());
            List<ChatStream> waiting = IntStream.range(0, 20)
                    .mapToObj(i -> model.stream(asked.endless(LONG).build())).toList();
            ChatStream last = model.stream(Asked.greedy(Asked.QUESTION).maxTokens(40).build());
            waiting.forEach(ChatStream::cancel);
            for (ChatStream stream : waiting) {
                assertThat(stream.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
                assertThat(stream.response().usage().completionTokens()).isZero();
            }
            running.cancel();
            assertThat(last.response().text()).isEqualTo(asked.answer());
            assertThat(last.response().timings().total()).isLessThan(Duration.ofSeconds(20));
        }
    }

    /** The line is bounded, and says so. */
    void b6_aFullLineRefuses() {
        try (LlamaChatModel model = oneSlot().admission(Admission.defaults().withCapacity(1)).build()) {
            ChatStream running = model.stream(asked.endless(LONG).build());
            ChatStream waiting = model.stream(asked.endless(LONG).build());
            assertThatExceptionOfType(BusyException.class)
                    .isThrownBy(() -> model.stream(asked.endless(LONG).build()));
            waiting.cancel();
            running.cancel();
            assertThat(Asked.ask(model)).isEqualTo(asked.answer());
        }
    }

    /** An unread result of one request makes the receivers of all others spin. */
    void b7_abandonedStreamsBurnNothing() throws InterruptedException {
        try (LlamaChatModel model = oneSlot().build()) {
            for (int i = 0; i < 3; i++) {
                model.stream(asked.endless(100).build());
            }
            ChatStream halfRead = model.stream(asked.endless(100).build());
            halfRead.iterator().next();
            assertThat(Asked.ask(model)).isEqualTo(asked.answer());
            for (Thread reader : readers()) { // a native receiver spins only in a reader
                assertThat(reader.join(Duration.ofSeconds(20))).isTrue();
            }
            assertThat(readers()).isEmpty();
        }
    }

    private static List<Thread> readers() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("llf-reader-"))
                .toList();
    }

    /** A slot number out of range is deferred for ever; sessions, however many, share the slots that there are. */
    void b8_moreSessionsThanSlotsAreServed() throws ExecutionException, InterruptedException {
        try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
            List<Future<ChatResponse>> responses = IntStream.range(0, 40).mapToObj(i -> pool.submit(
                    () -> asked.chat(Asked.greedy(Asked.QUESTION).maxTokens(40).session("s" + i % 13)))).toList();
            for (Future<ChatResponse> response : responses) {
                assertThat(response.get().text()).isEqualTo(asked.answer());
            }
        }
    }

    /** A list of prompts orphans tasks; text that looks like one is text. */
    void b9_textThatLooksLikeManyPromptsIsOne() {
        for (String text : List.of("[\"a\",\"b\"]", "[[1,2],[3]]", "\",\"n_predict\":-1,\"x\":\"", "{\"prompt\":[]}")) {
            ChatResponse response = asked.chat(Asked.greedy(text).maxTokens(2));
            assertThat(response.usage().promptTokens()).isEqualTo(asked.count(text));
            assertThat(response.usage().completionTokens()).isBetween(0, 2);
        }
    }

    /** The ids of pooled tasks are never dropped; thousands of them do no harm. */
    void b10_thousandsOfEmbeddingsAndScoresDoNoHarm() {
        try (LlamaEmbeddingModel model = embedder("b10-e"); LlamaReranker reranker = reranker("b10-r")) {
            float[] expected = model.embed("the cat");
            double score = reranker.rerank("cat", List.of("dog")).getFirst().relevance();
            for (int i = 0; i < 1500; i++) {
                model.embed("a " + i);
            }
            reranker.rerank("cat", IntStream.range(0, 500).mapToObj(i -> "dog " + i).toList());
            assertThat(model.embed("the cat")).isEqualTo(expected);
            assertThat(reranker.rerank("cat", List.of("dog")).getFirst().relevance()).isEqualTo(score);
        }
    }

    /** After its end an iterator of the binding waits for ever. */
    void b11_streamsEndOnce() {
        for (Consumer<ChatStream> end : List.<Consumer<ChatStream>>of(ChatStream::response, ChatStream::cancel,
                ChatStream::close)) {
            ChatStream stream = asked.model().stream(asked.endless(20).build());
            end.accept(stream);
            Iterator<ChatEvent> events = stream.iterator();
            ChatEvent last = events.next();
            while (events.hasNext()) {
                last = events.next();
            }
            assertThat(last).isInstanceOf(ChatEvent.Completed.class);
            assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(events::next);
            assertThat(stream.iterator().hasNext()).isFalse();
        }
    }

    /** The binding's blocking call knows neither time limit nor interrupt. */
    void b12_blockingCallsEndByTimeAndInterrupt() throws InterruptedException, ExecutionException, TimeoutException {
        ChatResponse late = asked.chat(asked.endless(LONG).timeout(Duration.ofMillis(60)));
        assertThat(late.finishReason()).isIn(FinishReason.DEADLINE, FinishReason.LENGTH);
        assertThat(asked.chat(asked.endless(LONG).timeout(Duration.ofNanos(1))).finishReason())
                .isEqualTo(FinishReason.DEADLINE);
        try (ExecutorService pool = Executors.newSingleThreadExecutor()) {
            Future<Boolean> outcome = pool.submit(() -> {
                Thread.currentThread().interrupt();
                FinishReason reason = asked.chat(asked.endless(LONG)).finishReason();
                return reason == FinishReason.CANCELLED && Thread.interrupted();
            });
            assertThat(outcome.get(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** If the cache runs full, one failed step ends the requests of all slots; each slot has its own share. */
    void b13_fullSlotsDoNotEndEachOther() {
        List<ChatStream> both = List.of(asked.model().stream(asked.endless(10_000).build()),
                asked.model().stream(asked.endless(10_000).build()));
        for (ChatStream stream : both) {
            ChatResponse response = stream.response();
            assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
            assertThat(response.usage().promptTokens() + response.usage().completionTokens())
                    .isEqualTo(Asked.CONTEXT - 2);
        }
        assertThatExceptionOfType(ContextOverflowException.class)
                .isThrownBy(() -> asked.model().stream(Asked.greedy("word ".repeat(5000)).build()));
    }

    /** Slots that answer at the same time leave no room in one piece for the next prompt. */
    void b13_promptsFindRoomBetweenTheAnswersOfOthers() throws ExecutionException, InterruptedException {
        for (int context : List.of(128, 1024)) {
            try (LlamaChatModel model = LlamaChatModel.builder(TinyModel.path()).contextTokens(context).slots(4)
                    .threads(1)
                    .build(); ExecutorService pool = Executors.newFixedThreadPool(6)) {
                List<Future<?>> threads = IntStream.range(0, 6).<Future<?>>mapToObj(
                        seed -> pool.submit(() -> fillSlots(model, new Random(seed), Math.max(1, 1_000 / context))))
                        .toList();
                for (Future<?> thread : threads) {
                    thread.get();
                }
            }
        }
    }

    private void fillSlots(LlamaChatModel model, Random random, int rounds) {
        int context = model.info().contextTokens();
        for (int i = 0; i < rounds; i++) {
            String text = "cat ".repeat(random.nextInt(context / 4));
            ChatResponse response = model.chat(Asked.greedy(text).sampling(Asked.endless(model.gguf()))
                    .maxTokens(1 + random.nextInt(context)).build());
            assertThat(response.finishReason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    /** In one instance an embedding waits for every chat to end. */
    void b14_embeddingsDoNotWaitForChats() {
        try (LlamaEmbeddingModel model = embedder("b14")) {
            ChatStream running = asked.model().stream(asked.endless(LONG).build());
            assertThat(model.embed("the cat")).hasSize(32);
            assertThat(running.iterator().hasNext()).isTrue();
            running.cancel();
            assertThat(running.response().finishReason()).isEqualTo(FinishReason.CANCELLED);
        }
    }

    /** A failed load frees the backend under the models that live. */
    void b15_aFailedLoadLeavesOtherModelsAlone() {
        Path file = GgufBuilder.toyLlamaBpe().ones("unknown.weight", 32).write(directory.resolve("b15.gguf"));
        ChatStream running = asked.model().stream(asked.endless(LONG).build());
        for (int i = 0; i < 3; i++) {
            assertThatExceptionOfType(ModelFileException.class)
                    .isThrownBy(() -> LlamaChatModel.builder(file).contextTokens(64).slots(1).threads(1).build())
                    .withMessageContaining("wrong number of tensors");
        }
        assertThat(running.response().finishReason()).isEqualTo(FinishReason.LENGTH);
        try (LlamaEmbeddingModel model = embedder("b15-e")) {
            assertThatExceptionOfType(ModelFileException.class)
                    .isThrownBy(() -> LlamaChatModel.builder(file).contextTokens(32).slots(1).threads(1).build());
            assertThat(model.embed(SECRET)).hasSize(32);
        }
    }

    /** Opening, asking, cancelling and closing by many threads at once. */
    void b15_manyThreadsOpenAndCloseAtOnce() throws ExecutionException, InterruptedException {
        try (ExecutorService pool = Executors.newFixedThreadPool(6)) {
            List<Future<?>> rounds = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                int round = i;
                rounds.add(pool.submit(() -> openAskClose(round)));
            }
            for (Future<?> round : rounds) {
                round.get();
            }
        }
    }

    private void openAskClose(int round) {
        try (LlamaChatModel model = oneSlot().build()) {
            ChatStream stream = model.stream(asked.endless(30).build());
            if (round % 3 == 0) {
                stream.cancel();
            } else if (round % 3 == 1) {
                assertThat(stream.response().finishReason()).isEqualTo(FinishReason.LENGTH);
            }
            assertThat(model.countTokens(ChatRequest.of(Message.user("x")))).isPositive();
        }
    }
}
