package dev.llf;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatModel;
import dev.llf.chat.FinishReason;
import dev.llf.error.EngineException;
import dev.llf.testing.ScriptedChatModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The rules of Reactive Streams are named by their numbers. */
@Timeout(60)
class EventPublisherTest {

    private static final EngineException FAILURE = new EngineException("engine: out of order");

    private static ReplyStream stream(ChatModel model) {
        return talk(model).stream("?");
    }

    private static Conversation talk(ChatModel model) {
        return Llf.builder().model(model).build().conversation();
    }

    /** Notes what it is told, and whether two signals ever came at once or more events than it asked for. */
    private static class Subscriber implements Flow.Subscriber<ChatEvent> {

        final CompletableFuture<Flow.Subscription> subscribed = new CompletableFuture<>();
        final CompletableFuture<Thread> reader = new CompletableFuture<>();
        final BlockingQueue<String> signals = new LinkedBlockingQueue<>();
        final AtomicLong requested = new AtomicLong();
        private final AtomicInteger inside = new AtomicInteger();
        private long received;

        void request(long n) {
            requested.addAndGet(n);
            subscribed.join().request(n);
        }

        void cancel() {
            subscribed.join().cancel();
        }

        String take() throws InterruptedException {
            return signals.take();
        }

        /** All signals up to the last one. */
        List<String> all() throws InterruptedException {
            List<String> all = new ArrayList<>();
            do {
                all.add(take());
            } while (!all.getLast().equals("complete") && !all.getLast().startsWith("error"));
            return all;
        }

        /** What is told until nothing more can be, because the reading thread has ended. */
        List<String> rest() throws InterruptedException {
            reader.join().join();
            return List.copyOf(signals);
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            alone(() -> {
                subscribed.complete(subscription);
                subscribed();
            });
        }

        @Override
        public void onNext(ChatEvent event) {
            reader.complete(Thread.currentThread());
            alone(() -> {
                if (++received > requested.get()) {
                    signals.add("more than requested");
                }
                signals.add(event instanceof ChatEvent.TextDelta delta ? delta.text().strip() : "completed");
                received(event);
            });
        }

        @Override
        public void onError(Throwable failure) {
            reader.complete(Thread.currentThread());
            alone(() -> signals.add("error " + failure.getMessage()));
        }

        @Override
        public void onComplete() {
            reader.complete(Thread.currentThread());
            alone(() -> {
                completed();
                signals.add("complete");
            });
        }

        private void alone(Runnable signal) {
            if (inside.incrementAndGet() > 1) {
                signals.add("two signals at once");
            }
            try {
                signal.run();
            } finally {
                inside.decrementAndGet();
            }
        }

        void subscribed() {}

        void received(ChatEvent event) {}

        void completed() {}
    }

    private static Subscriber subscribeTo(ReplyStream stream) {
        Subscriber subscriber = new Subscriber();
        stream.publisher().subscribe(subscriber);
        return subscriber;
    }

    @Test
    void tellsEventsAndThenTheEndOnceTheTurnIsInTheLog() throws InterruptedException {
        Conversation talk = talk(ScriptedChatModel.replying("one two"));
        List<Integer> turnsAtTheEnd = new ArrayList<>();
        Subscriber subscriber = new Subscriber() {
            @Override
            void completed() {
                turnsAtTheEnd.add(talk.turns().size());
            }
        };

        talk.stream("?").publisher().subscribe(subscriber);
        subscriber.request(Long.MAX_VALUE);

        assertThat(subscriber.all()).containsExactly("one", "two", "completed", "complete");
        assertThat(turnsAtTheEnd).containsExactly(1);
    }

    @Test
    void tellsNoMoreThanRequested_1_1() throws InterruptedException {
        Subscriber subscriber = subscribeTo(stream(ScriptedChatModel.replying("one two three four")));

        subscriber.request(1);
        assertThat(subscriber.take()).isEqualTo("one");
        subscriber.request(1);
        assertThat(subscriber.take()).isEqualTo("two");
        subscriber.request(3);
        assertThat(subscriber.all()).containsExactly("three", "four", "completed", "complete");
    }

    @Test
    void tellsNothingBeforeItIsRequested_1_1() throws InterruptedException {
        ReplyStream stream = stream(ScriptedChatModel.replying("one two"));
        Subscriber subscriber = subscribeTo(stream);
        stream.reply();

        assertThat(subscriber.signals).isEmpty();
        subscriber.request(3);
        assertThat(subscriber.all()).containsExactly("one", "two", "completed", "complete");
    }

    @Test
    void endsWithoutDemand_1_5() throws InterruptedException {
        Subscriber subscriber = subscribeTo(stream(ScriptedChatModel.replying("one")));

        subscriber.request(2);

        assertThat(subscriber.all()).containsExactly("one", "completed", "complete");
    }

    @Test
    void failsWithoutDemand_1_4() throws InterruptedException {
        Subscriber subscriber = subscribeTo(stream(ScriptedChatModel.failing(FAILURE)));

        assertThat(subscriber.all()).containsExactly("error engine: out of order");
        assertThat(subscriber.rest()).isEmpty();
    }

    @Test
    void failsWithTheTurnsFailureAfterItsEvents_1_4() throws InterruptedException {
        Subscriber subscriber = subscribeTo(stream(ScriptedChatModel.replying("one two").andFailing(FAILURE)));

        subscriber.request(Long.MAX_VALUE);

        assertThat(subscriber.all()).containsExactly("one", "two", "error engine: out of order");
        assertThat(subscriber.rest()).isEmpty();
    }

    @Test
    void tellsOneThingAtATimeWhoeverRequests_1_3() throws InterruptedException {
        String text = "word ".repeat(2000).strip();
        ScriptedChatModel model = ScriptedChatModel.replying(text).withContextTokens(10_000);
        Subscriber subscriber = subscribeTo(stream(model));

        for (int i = 0; i < 4; i++) {
            Thread.ofVirtual().start(() -> {
                for (int n = 0; n < 1000; n++) {
                    subscriber.request(1);
                }
            });
        }

        assertThat(subscriber.all()).hasSize(2002).doesNotContain("two signals at once", "more than requested");
    }

    @Test
    void maySubscribersRequestWithinASignal_3_2_3_3() throws InterruptedException {
        String text = "word ".repeat(5000).strip();
        Subscriber subscriber = new Subscriber() {
            @Override
            void subscribed() {
                request(1);
            }

            @Override
            void received(ChatEvent event) {
                request(1);
            }
        };

        stream(ScriptedChatModel.replying(text).withContextTokens(10_000)).publisher().subscribe(subscriber);

        assertThat(subscriber.all()).hasSize(5002).doesNotContain("two signals at once", "more than requested");
    }

    @Test
    void takesAnyDemand_3_17() throws InterruptedException {
        Subscriber subscriber = subscribeTo(stream(ScriptedChatModel.replying("one two")));

        subscriber.requested.set(Long.MAX_VALUE);
        subscriber.subscribed.join().request(Long.MAX_VALUE - 1);
        subscriber.subscribed.join().request(Long.MAX_VALUE);
        subscriber.subscribed.join().request(5);

        assertThat(subscriber.all()).containsExactly("one", "two", "completed", "complete");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void failsIfTheDemandIsNotPositive_3_9(long n) throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        ReplyStream stream = stream(model);
        Subscriber subscriber = subscribeTo(stream);
        model.awaitHeld();

        subscriber.subscribed.join().request(n);
        subscriber.subscribed.join().request(1);

        assertThat(subscriber.all()).containsExactly("error the demand must be positive, was " + n);
        assertThat(subscriber.rest()).isEmpty();
        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void failsIfTheDemandIsNotPositiveFromTheStart_3_9() throws InterruptedException {
        Subscriber subscriber = new Subscriber() {
            @Override
            void subscribed() {
                subscribed.join().request(0);
            }
        };

        stream(ScriptedChatModel.replying("one")).publisher().subscribe(subscriber);

        assertThat(subscriber.all()).containsExactly("error the demand must be positive, was 0");
    }

    @Test
    void cancelsTheTurnAndTellsNothingMore_1_8_3_5() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1).thenReplying("three");
        Conversation talk = talk(model);
        ReplyStream stream = talk.stream("?");
        Subscriber subscriber = subscribeTo(stream);
        subscriber.request(Long.MAX_VALUE);
        assertThat(subscriber.take()).isEqualTo("one");

        subscriber.cancel();
        subscriber.cancel();
        subscriber.request(1);
        subscriber.subscribed.join().request(-1);

        assertThat(subscriber.rest()).isEmpty();
        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(talk.send("!").text()).isEqualTo("three");
    }

    @Test
    void cancelsWhileNothingIsRequested() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").holdingAfter(2);
        ReplyStream stream = stream(model);
        Subscriber subscriber = subscribeTo(stream);
        subscriber.request(1);
        assertThat(subscriber.take()).isEqualTo("one");

        subscriber.cancel();

        assertThat(subscriber.rest()).isEmpty();
        assertThat(stream.reply().text()).isEqualTo("one two");
    }

    @Test
    void cancelsWithinASignal() throws InterruptedException {
        Subscriber subscriber = new Subscriber() {
            @Override
            void received(ChatEvent event) {
                cancel();
            }
        };

        stream(ScriptedChatModel.replying("one two")).publisher().subscribe(subscriber);
        subscriber.request(Long.MAX_VALUE);

        assertThat(subscriber.rest()).containsExactly("one");
    }

    @Test
    void cancelsTheTurnFromTheStart() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        ReplyStream stream = stream(model);
        model.awaitHeld();
        Subscriber subscriber = new Subscriber() {
            @Override
            void subscribed() {
                cancel();
            }
        };

        stream.publisher().subscribe(subscriber);

        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(subscriber.signals).isEmpty();
    }

    @Test
    void changesNothingAfterTheEnd_3_6() throws InterruptedException {
        ReplyStream stream = stream(ScriptedChatModel.replying("one"));
        Subscriber subscriber = subscribeTo(stream);
        subscriber.request(Long.MAX_VALUE);
        subscriber.all();

        subscriber.request(1);
        subscriber.cancel();

        assertThat(subscriber.rest()).isEmpty();
        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void refusesASecondSubscriberAfterGivingItASubscription_1_9_1_11() throws InterruptedException {
        ReplyStream stream = stream(ScriptedChatModel.replying("one"));
        Subscriber first = subscribeTo(stream);
        Subscriber second = subscribeTo(stream);

        second.request(1);
        second.cancel();
        first.request(Long.MAX_VALUE);

        assertThat(second.take()).startsWith("error The events of a turn have one subscriber");
        assertThat(second.signals).isEmpty();
        assertThat(first.all()).containsExactly("one", "completed", "complete");
        assertThat(stream.publisher()).isSameAs(stream.publisher());
    }

    @Test
    void isNotHarmedByARefusedSubscriberThatThrows() throws InterruptedException {
        ReplyStream stream = stream(ScriptedChatModel.replying("one"));
        Subscriber first = subscribeTo(stream);

        stream.publisher().subscribe(new Subscriber() {
            @Override
            void subscribed() {
                throw new IllegalStateException("not now");
            }
        });
        first.request(Long.MAX_VALUE);

        assertThat(first.all()).containsExactly("one", "completed", "complete");
    }

    @Test
    void refusesNoSubscriber_1_9() throws InterruptedException {
        ReplyStream stream = stream(ScriptedChatModel.replying("one"));

        assertThatThrownBy(() -> stream.publisher().subscribe(null)).isInstanceOf(NullPointerException.class);

        Subscriber subscriber = subscribeTo(stream);
        subscriber.request(2);
        assertThat(subscriber.all()).containsExactly("one", "completed", "complete");
    }

    @Test
    void cancelsTheTurnIfTheSubscriberThrows_2_13() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").holdingAfter(2);
        ReplyStream stream = stream(model);
        model.awaitHeld();
        Subscriber subscriber = receiving(event -> {
            throw new IllegalStateException("no screen");
        });

        stream.publisher().subscribe(subscriber);
        subscriber.request(Long.MAX_VALUE);

        assertThat(subscriber.rest()).containsExactly("one");
        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(stream.reply().text()).isEqualTo("one two");
    }

    @Test
    void cancelsTheTurnIfTheSubscriberThrowsAnError() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two three").holdingAfter(2);
        ReplyStream stream = stream(model);
        model.awaitHeld();
        Subscriber subscriber = receiving(event -> {
            throw new NoClassDefFoundError("gone");
        });

        stream.publisher().subscribe(subscriber);
        subscriber.request(Long.MAX_VALUE);

        assertThat(subscriber.rest()).containsExactly("one");
        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    private static Subscriber receiving(Consumer<ChatEvent> action) {
        return new Subscriber() {
            @Override
            void received(ChatEvent event) {
                action.accept(event);
            }
        };
    }

    @Test
    void cancelsTheTurnIfTheSubscriberThrowsAtTheStart() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        ReplyStream stream = stream(model);
        model.awaitHeld();

        stream.publisher().subscribe(new Subscriber() {
            @Override
            void subscribed() {
                throw new IllegalStateException("not now");
            }
        });

        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void isCancelledByAnInterruptOfItsThread() throws InterruptedException {
        ScriptedChatModel model = ScriptedChatModel.replying("one two").holdingAfter(1);
        ReplyStream stream = stream(model);
        model.awaitHeld();
        Subscriber subscriber = receiving(event -> Thread.currentThread().interrupt());

        stream.publisher().subscribe(subscriber);
        subscriber.request(Long.MAX_VALUE);

        assertThat(subscriber.all()).containsExactly("one", "completed", "complete");
        assertThat(stream.reply().finishReason()).isEqualTo(FinishReason.CANCELLED);
    }

    @Test
    void keepsTheTurnIfTheSubscriberThrowsAtTheEnd() throws InterruptedException {
        Conversation talk = talk(ScriptedChatModel.replying("one"));
        Subscriber subscriber = new Subscriber() {
            @Override
            void completed() {
                throw new IllegalStateException("too late");
            }
        };

        talk.stream("?").publisher().subscribe(subscriber);
        subscriber.request(Long.MAX_VALUE);

        assertThat(subscriber.rest()).containsExactly("one", "completed");
        assertThat(talk.turns()).hasSize(1);
    }

    @Test
    void tellsWhatTheIteratorHasNotReturnedBefore() throws InterruptedException {
        ReplyStream stream = stream(ScriptedChatModel.replying("one two"));
        assertThat(stream.iterator().next()).isEqualTo(new ChatEvent.TextDelta("one"));
        Subscriber subscriber = subscribeTo(stream);

        subscriber.request(Long.MAX_VALUE);

        assertThat(subscriber.all()).containsExactly("two", "completed", "complete");
    }

    @Test
    void readsOnAVirtualThreadWithAName() throws InterruptedException {
        Conversation talk = talk(ScriptedChatModel.replying("one"));
        Subscriber subscriber = subscribeTo(talk.stream("?"));
        subscriber.request(Long.MAX_VALUE);

        Thread reader = Objects.requireNonNull(subscriber.reader.join());
        assertThat(reader.isVirtual()).isTrue();
        assertThat(reader.getName()).isEqualTo("llf-events-" + talk.id());
        assertThat(subscriber.all()).hasSize(3);
    }

    @Test
    void leavesWhatIsNotRequestedToTheTurnWhichEndsByItself() {
        Conversation talk = talk(ScriptedChatModel.replying("one two").thenReplying("three"));
        subscribeTo(talk.stream("?"));

        assertThat(talk.send("!").text()).isEqualTo("three");
    }
}
