package dev.llf.models;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.ChatWatcher;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A response whose model is held open until it has ended. Its reader is the last to learn of the end: whoever has read it
 * finds the model idle.
 */
final class HeldStream implements ChatStream {

    private final ChatStream stream;
    private final Consumer<ChatStream> onEnd;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Iterator<ChatEvent> events;

    HeldStream(ChatStream stream, Consumer<ChatStream> onEnd) {
        this.stream = stream;
        this.onEnd = onEnd;
        events = new Events(stream.iterator());
        stream.watch(new ChatWatcher() {
            @Override
            public void ended() {
                end();
            }
        });
    }

    private void end() {
        if (ended.compareAndSet(false, true)) {
            onEnd.accept(stream);
        }
    }

    @Override
    public Iterator<ChatEvent> iterator() {
        return events;
    }

    @Override
    public ChatResponse response() {
        try {
            return stream.response();
        } finally {
            end();
        }
    }

    @Override
    public void watch(ChatWatcher watcher) {
        stream.watch(watcher);
    }

    @Override
    public void cancel() {
        stream.cancel();
    }

    @Override
    public void close() {
        stream.close();
    }

    private final class Events implements Iterator<ChatEvent> {

        private final Iterator<ChatEvent> events;

        Events(Iterator<ChatEvent> events) {
            this.events = events;
        }

        @Override
        public boolean hasNext() {
            return events.hasNext();
        }

        @Override
        public ChatEvent next() {
            try {
                ChatEvent event = events.next();
                if (event instanceof ChatEvent.Completed) {
                    end();
                }
                return event;
            } catch (RuntimeException e) {
                end();
                throw e;
            }
        }
    }
}
