package dev.llf;

import dev.llf.ServerSentEvents.Outcome;
import dev.llf.chat.ChatEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes one turn. All writing is done by the thread that calls {@link #write}, heartbeats included, so that a client that
 * does not read holds up nobody else; the events come through a queue from the publisher's thread.
 */
final class SseWriter {

    private static final byte[] HEARTBEAT = SseEncoder.bytes(": heartbeat\n\n");

    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private final ReplyStream stream;
    private final SseEncoder encoder;
    private final OutputStream out;
    private final long heartbeatNanos;
    private final Patience patience;
    private boolean interrupted;

    /** What there is to write. */
    sealed interface Signal {
        record Next(ChatEvent event) implements Signal {}

        record Completed() implements Signal {}

        record Failed(Throwable failure) implements Signal {}
    }

    /** How to wait for something to write. */
    interface Patience {

        Patience REAL = (signals, nanos) -> signals.poll(nanos, TimeUnit.NANOSECONDS);

        /** Returns the next signal; null if there was none in that time. */
        @Nullable
        Signal await(BlockingQueue<Signal> signals, long nanos) throws InterruptedException;
    }

    SseWriter(ReplyStream stream, SseEncoder encoder, OutputStream out, long heartbeatNanos, Patience patience) {
        this.stream = stream;
        this.encoder = encoder;
        this.out = out;
        this.heartbeatNanos = heartbeatNanos;
        this.patience = patience;
    }

    Outcome write() {
        if (!stream.offer(new Subscriber())) {
            throw new IllegalStateException("The turn's events have a subscriber already; write each turn once.");
        }
        try {
            return deliver();
        } catch (IOException e) {
            stream.cancel();
            return new Outcome.ClientGone(e);
        } catch (RuntimeException | Error e) {
            stream.cancel();
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Outcome deliver() throws IOException {
        send(encoder.begin());
        while (true) {
            switch (next()) {
                case null -> send(HEARTBEAT);
                case Signal.Next(var event) -> send(encoder.event(event));
                case Signal.Completed() -> {
                    Reply reply = stream.reply();
                    send(encoder.done(reply));
                    return new Outcome.Delivered(reply);
                }
                case Signal.Failed(var failure) -> {
                    send(encoder.failed(failure));
                    return new Outcome.Failed(failure);
                }
            }
        }
    }

    /** An interrupt is pending again only after the end was written: some streams refuse to write for an interrupted thread. */
    private @Nullable Signal next() {
        while (true) {
            try {
                return patience.await(signals, heartbeatNanos);
            } catch (InterruptedException e) {
                interrupted = true;
                stream.cancel();
            }
        }
    }

    private void send(byte[] bytes) throws IOException {
        if (bytes.length > 0) {
            out.write(bytes);
            out.flush();
        }
    }

    /** Takes the events as they come; the queue has room. */
    private final class Subscriber implements Flow.Subscriber<ChatEvent> {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(ChatEvent event) {
            signals.add(new Signal.Next(event));
        }

        @Override
        public void onError(Throwable failure) {
            signals.add(new Signal.Failed(failure));
        }

        @Override
        public void onComplete() {
            signals.add(new Signal.Completed());
        }
    }
}
