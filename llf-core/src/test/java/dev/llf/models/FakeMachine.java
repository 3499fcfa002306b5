package dev.llf.models;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStream;
import dev.llf.chat.ModelInfo;
import dev.llf.error.InsufficientMemoryException;
import dev.llf.error.LlfException;
import dev.llf.llamacpp.Preflight;
import dev.llf.testing.ScriptedChatModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

/** A machine with so much memory and model files that are not there. */
final class FakeMachine {

    static final long GIB = 1L << 30;

    /** What was opened and closed, as in {@code +fast} and {@code -fast}. */
    final List<String> log = new CopyOnWriteArrayList<>();
    final Map<String, ScriptedChatModel> opened = new ConcurrentHashMap<>();
    private final AtomicLong free;
    private final CountDownLatch someClosed = new CountDownLatch(1);

    FakeMachine(long gibibytes) {
        free = new AtomicLong(gibibytes * GIB);
    }

    /** A model that gives its memory back. */
    Source<ChatModel> worker(String name, long gibibytes) {
        return source(name, gibibytes * GIB, true, () -> {});
    }

    /** A model that keeps its memory. */
    Source<ChatModel> inProcess(String name, long gibibytes) {
        return source(name, gibibytes * GIB, false, () -> {});
    }

    /** A model whose load does something first. */
    Source<ChatModel> loading(String name, Runnable load) {
        return source(name, GIB, true, load);
    }

    private Source<ChatModel> source(String name, long bytes, boolean reclaimable, Runnable load) {
        return new Source<>(() -> preflight(name, bytes, reclaimable), () -> {
            load.run();
            log.add("+" + name);
            free.addAndGet(-bytes);
            ScriptedChatModel script = ScriptedChatModel.answering(request -> "I am " + name).repeating();
            opened.put(name, script);
            return new Chat(script, () -> {
                log.add("-" + name);
                free.addAndGet(reclaimable ? bytes : 0);
                someClosed.countDown();
            });
        });
    }

    private Preflight preflight(String name, long bytes, boolean reclaimable) {
        List<LlfException> problems = bytes <= free.get() ? List.of()
                : List.of(new InsufficientMemoryException(name, bytes, free.get()));
        return new Preflight(Path.of(name + ".gguf"), Optional.of("llama"), Optional.of("Q8_0"), bytes, bytes,
                free.get(), 0, false, reclaimable, problems);
    }

    void awaitSomeClosed() throws InterruptedException {
        assertThat(someClosed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private record Chat(ChatModel model, Runnable onClose) implements ChatModel {

        @Override
        public ChatStream stream(ChatRequest request) {
            return model.stream(request);
        }

        @Override
        public int countTokens(ChatRequest request) {
            return model.countTokens(request);
        }

        @Override
        public ModelInfo info() {
            return model.info();
        }

        @Override
        public void close() {
            model.close();
            onClose.run();
        }
    }
}
