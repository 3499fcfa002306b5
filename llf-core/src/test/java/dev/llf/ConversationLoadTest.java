package dev.llf;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.conversation.ConversationTree;
import dev.llf.error.EngineException;
import dev.llf.error.LlfException;
import dev.llf.error.StorageException;
import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationStore;
import dev.llf.testing.ScriptedChatModel;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Many threads talk in one conversation, undisturbed and disturbed. */
@Timeout(300)
class ConversationLoadTest {

    private static final int THREADS = 16;
    private static final int SENDS = 500;

    private interface Sender {
        void send(int thread, int number) throws InterruptedException;
    }

    private static void run(Sender sender) throws InterruptedException, ExecutionException {
        try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                threads.add(pool.submit(() -> {
                    for (int number = 0; number < SENDS; number++) {
                        sender.send(thread, number);
                    }
                    return thread;
                }));
            }
            for (Future<?> thread : threads) {
                thread.get();
            }
        }
    }

    private static String lastUserText(ChatRequest request) {
        return request.messages().getLast().text();
    }

    @Test
    void keepsEveryTurnOfSixteenThreads() throws InterruptedException, ExecutionException {
        ScriptedChatModel model = ScriptedChatModel.answering(request -> "re: " + lastUserText(request))
                .repeatingLast();
        try (Llf llf = Llf.builder().model(model).build()) {
            Conversation talk = llf.conversation();

            run((thread, number) -> assertThat(talk.send(thread + "-" + number).text())
                    .isEqualTo("re: " + thread + "-" + number));

            List<Turn> turns = talk.turns();
            assertThat(turns).hasSize(THREADS * SENDS);
            Map<String, Integer> next = new HashMap<>();
            for (Turn turn : turns) {
                String[] said = turn.question().text().split("-", 2);
                assertThat(Integer.parseInt(said[1])).isEqualTo(next.merge(said[0], 1, Integer::sum) - 1);
                assertThat(turn.answer()).isEqualTo("re: " + turn.question().text());
            }
            checkValid(talk);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void keepsWholeTurnsOnlyWhateverFails(long seed) throws InterruptedException, ExecutionException {
        ScriptedChatModel model = ScriptedChatModel.answering(request -> "re: " + lastUserText(request))
                .thenCalling("weather", Map.of("city", "Paris")).thenReplying("Sunny.")
                .thenFailing(new EngineException("The engine failed.", null))
                .thenCalling("weather", Map.of()).andCalling("unknown", Map.of())
                .thenReplyingTokens("one ", "two ", "three")
                .thenCalling("weather", "not JSON").thenFailing(new EngineException("It failed again.", null))
                .repeating();
        Random random = new Random(seed);
        AtomicInteger rounds = new AtomicInteger();
        FakeTools tools = FakeTools.running(calls -> switch (rounds.incrementAndGet() % 3) {
            case 0 -> throw new IllegalStateException("a tool that breaks its contract");
            case 1 -> calls.stream().map(call -> new ToolMessage(call.id(), call.name(), "Error: down", true)).toList();
            default -> calls.stream().map(call -> FakeTools.ok(call, "sunny " + rounds)).toList();
        });
        AtomicInteger succeeded = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();
        AtomicInteger failed = new AtomicInteger();
        FlakyStore store = new FlakyStore(seed);
        String id = "load";
        try (Llf llf = Llf.builder().model(model).tools(tools).store(store).build()) {
            Conversation talk = llf.conversation(id);
            run((thread, number) -> {
                try {
                    if (oneIn(random, 20)) {
                        talk.cancel();
                    }
                    Reply reply = oneIn(random, 3) ? stream(talk, thread + "-" + number, oneIn(random, 4))
                            : talk.send(thread + "-" + number);
                    succeeded.incrementAndGet();
                    if (reply.finishReason() == FinishReason.CANCELLED) {
                        cancelled.incrementAndGet();
                    }
                } catch (LlfException e) {
                    failed.incrementAndGet();
                }
            });

            assertThat(talk.turns()).hasSize(succeeded.get());
            assertThat(succeeded.get() + failed.get()).isEqualTo(THREADS * SENDS);
            assertThat(failed).as("the test disturbs").hasPositiveValue();
            assertThat(cancelled).as("the test disturbs").hasPositiveValue();
            assertThat(store.failures).as("the test disturbs").hasPositiveValue();
            checkValid(talk);
            assertThat(ConversationTree.open(id, store, Clock.systemUTC()).history("main").turns())
                    .isEqualTo(talk.turns());
        }
    }

    private static Reply stream(Conversation talk, String text, boolean cancel) throws InterruptedException {
        try (ReplyStream stream = talk.stream(text)) {
            if (cancel) {
                stream.cancel();
            }
            return stream.reply();
        }
    }

    private static boolean oneIn(Random random, int chances) {
        return random.nextInt(chances) == 0;
    }

    /** Every model could go on from here: the constructor of a request checks the order of roles and all tool results. */
    private static void checkValid(Conversation talk) {
        List<Message> messages = new ArrayList<>(talk.messages());
        messages.add(Message.user("And now?"));
        assertThat(ChatRequest.builder().messages(messages).build().messages()).isEqualTo(messages);
        Optional<String> previous = Optional.empty();
        for (Turn turn : talk.turns()) {
            assertThat(turn.parent()).isEqualTo(previous);
            previous = Optional.of(turn.id());
        }
    }

    /** Fails now and then, and refuses whoever is not up to date. */
    private static final class FlakyStore implements ConversationStore {

        private final List<ConversationEntry> entries = new ArrayList<>();
        private final AtomicBoolean busy = new AtomicBoolean();
        private final AtomicInteger failures = new AtomicInteger();
        private final Random random;

        FlakyStore(long seed) {
            random = new Random(seed);
        }

        @Override
        public void append(String conversation, long revision, List<ConversationEntry> added) {
            assertThat(busy.compareAndSet(false, true)).as("one writer at a time").isTrue();
            try {
                assertThat(revision).isEqualTo(entries.size());
                if (oneIn(random, 10)) {
                    failures.incrementAndGet();
                    throw new StorageException("The disk is full now and then.");
                }
                entries.addAll(added);
            } finally {
                busy.set(false);
            }
        }

        @Override
        public List<ConversationEntry> read(String conversation) {
            return List.copyOf(entries);
        }

        @Override
        public List<String> conversations() {
            return List.of();
        }

        @Override
        public boolean delete(String conversation) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
