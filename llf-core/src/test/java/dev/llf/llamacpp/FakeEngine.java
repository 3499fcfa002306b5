package dev.llf.llamacpp;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** An engine that writes what a script says. A token is a character. */
final class FakeEngine implements Engine {

    final List<EngineRequest> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger cancelled = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    final Map<String, AtomicInteger> embedded = new ConcurrentHashMap<>();
    private final Script script;
    volatile Runnable onClose = () -> {};

    /** What comes at each step; may block or throw. */
    interface Script {
        Piece at(int step);
    }

    FakeEngine(Script script) {
        this.script = script;
    }

    /** Returns an engine that writes the pieces, then ends with an empty one. */
    static FakeEngine writing(String... pieces) {
        return new FakeEngine(
                step -> step < pieces.length ? new Piece(pieces[step], false) : new Piece("", true));
    }

    @Override
    public int[] tokenize(String text) {
        return text.codePoints().toArray();
    }

    @Override
    public String detokenize(int[] tokens) {
        return Arrays.stream(tokens).mapToObj(Character::toString).collect(Collectors.joining());
    }

    @Override
    public Generation generate(EngineRequest request) {
        requests.add(request);
        return new Generation() {
            private int step;

            @Override
            public Piece next() {
                return script.at(step++);
            }

            @Override
            public void cancel() {
                cancelled.incrementAndGet();
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    @Override
    public void close() {
        onClose.run();
    }

    @Override
    public float[] embed(String text) {
        embedded.computeIfAbsent(text, key -> new AtomicInteger()).incrementAndGet();
        return new float[] {text.length(), 1};
    }

    @Override
    public float score(String query, String document) {
        return document.length();
    }
}
