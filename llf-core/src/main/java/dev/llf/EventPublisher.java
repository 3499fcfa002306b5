package dev.llf;

import dev.llf.chat.ChatEvent;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The events of a turn for one subscriber, by the rules of Reactive Streams. */
final class EventPublisher implements Flow.Publisher<ChatEvent> {

    private static final Logger LOG = LoggerFactory.getLogger(EventPublisher.class);

    private final ReplyStream stream;
    private final AtomicBoolean taken = new AtomicBoolean();

    EventPublisher(ReplyStream stream) {
        this.stream = stream;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super ChatEvent> subscriber) {
        if (!offer(subscriber)) {
            refuse(subscriber);
        }
    }

    /** Subscribes, unless somebody has before: then it returns false, and the subscriber is told nothing. */
    boolean offer(Flow.Subscriber<? super ChatEvent> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        boolean first = taken.compareAndSet(false, true);
        if (first) {
            new Subscription(subscriber).begin();
        }
        return first;
    }

    /** The rules want a subscription before the failure. */
    private static void refuse(Flow.Subscriber<? super ChatEvent> subscriber) {
        try {
            subscriber.onSubscribe(new Flow.Subscription() {
                @Override
                public void request(long n) {}

                @Override
                public void cancel() {}
            });
            subscriber.onError(new IllegalStateException(
                    "The events of a turn have one subscriber, and there was one before; share it among the readers."));
        } catch (RuntimeException | Error e) {
            LOG.warn("A refused subscriber threw", e);
        }
    }

    /** Reads on a thread of its own, one event ahead of the demand, so that the end needs no demand. */
    private final class Subscription implements Flow.Subscription {

        private final Flow.Subscriber<? super ChatEvent> subscriber;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();

        // All below guarded by lock.
        private long demand;
        private boolean over;
        private @Nullable IllegalArgumentException violation;

        Subscription(Flow.Subscriber<? super ChatEvent> subscriber) {
            this.subscriber = subscriber;
        }

        /** The thread starts after onSubscribe: signals come one after the other. */
        void begin() {
            tell(() -> subscriber.onSubscribe(this));
            Thread.ofVirtual().name("llf-events-" + stream.conversation()).start(this::run);
        }

        @Override
        public void request(long n) {
            if (n <= 0) {
                end(new IllegalArgumentException("the demand must be positive, was %d".formatted(n)));
                return;
            }
            lock.lock();
            try {
                demand = n > Long.MAX_VALUE - demand ? Long.MAX_VALUE : demand + n;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void cancel() {
            end(null);
        }

        /** Nothing more is told, apart from what the subscriber did wrong. Cancels the turn, which also ends the reading. */
        private void end(@Nullable IllegalArgumentException cause) {
            lock.lock();
            try {
                if (over) {
                    return;
                }
                over = true;
                violation = cause;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            stream.cancel();
        }

        private void run() {
            Runnable last = subscriber::onComplete;
            try {
                tellEvents();
            } catch (RuntimeException | Error e) { // the turn's failure: what the subscriber throws does not come here
                last = () -> subscriber.onError(e);
            }
            IllegalArgumentException wrong = violation();
            if (wrong != null) {
                tell(() -> subscriber.onError(wrong));
            } else if (!isOver()) {
                tell(last);
            }
        }

        private void tellEvents() {
            Iterator<ChatEvent> events = stream.iterator();
            while (events.hasNext()) {
                ChatEvent event = events.next();
                if (!awaitDemand()) {
                    return;
                }
                tell(() -> subscriber.onNext(event));
            }
        }

        /** Returns whether the next event may be told. */
        private boolean awaitDemand() {
            lock.lock();
            try {
                while (demand == 0 && !over) {
                    changed.awaitUninterruptibly();
                }
                if (!over && demand < Long.MAX_VALUE) { // which is as good as no limit
                    demand--;
                }
                return !over;
            } finally {
                lock.unlock();
            }
        }

        private void tell(Runnable signal) {
            try {
                signal.run();
            } catch (RuntimeException | Error e) {
                LOG.warn("A subscriber to a turn threw; the turn is cancelled if it still runs", e);
                end(null);
            }
        }

        private boolean isOver() {
            lock.lock();
            try {
                return over;
            } finally {
                lock.unlock();
            }
        }

        private @Nullable IllegalArgumentException violation() {
            lock.lock();
            try {
                return violation;
            } finally {
                lock.unlock();
            }
        }
    }
}
