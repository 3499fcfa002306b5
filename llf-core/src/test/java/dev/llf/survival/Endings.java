package dev.llf.survival;

import dev.llf.chat.ChatStream;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.PoolingType;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.llamacpp.LlamaEmbeddingModel;
import dev.llf.llamacpp.LlamaReranker;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Programs whose main returns or throws in one way or another; the argument says in which. */
final class Endings {

    private Endings() {}

    public static void main(String[] args) throws InterruptedException {
        switch (args[0]) {
            case "open" -> System.out.println(Asked.ask(model().build()));
            case "closed" -> {
                try (LlamaChatModel model = model().build()) {
                    System.out.println(Asked.ask(model));
                }
            }
            case "measured" -> System.out.println(
                    Asked.ask(LlamaChatModel.builder(TinyModel.path()).contextTokens(256).build()));
            case "pooled" -> pooled();
            case "throws" -> {
                System.out.println(Asked.ask(model().build()));
                throw new IllegalStateException("as planned");
            }
            case "busy" -> busy();
            case "cancelled" -> cancelled();
            case "thread" -> thread();
            case "hook" -> {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
                System.out.println(Asked.ask(model().build()));
            }
            case "off" -> System.out.println(Asked.ask(model().exitWhenMainReturns(false).build()));
            default -> throw new IllegalArgumentException(args[0]);
        }
        System.out.println("main ends");
    }

    private static LlamaChatModel.Builder model() {
        return LlamaChatModel.builder(TinyModel.path()).contextTokens(Asked.CONTEXT).slots(2).threads(1);
    }

    private static void pooled() {
        Path encoder = GgufBuilder.toyBert(PoolingType.MEAN).write(Path.of("encoder.gguf"));
        System.out.println(LlamaEmbeddingModel.builder(encoder).threads(1).build().embed("cat").length);
        Path reranker = GgufBuilder.toyReranker().write(Path.of("reranker.gguf"));
        LlamaReranker.builder(reranker).threads(1).build();
    }

    private static void busy() {
        Asked asked = new Asked();
        List<ChatStream> streams = IntStream.range(0, 2).mapToObj(i -> asked.model().stream(asked.endless(900).build()))
                .toList();
        streams.getFirst().iterator().next();
    }

    /** Ends right after a cancel, while the engine may be in the middle of a step. */
    private static void cancelled() {
        Asked asked = new Asked();
        try (ChatStream stream = asked.model().stream(asked.endless(900).build())) {
            stream.iterator().next();
        }
        System.out.println("main ends");
        System.exit(0);
    }

    /** A thread of the host's that starts before the model is there and works on after main. */
    private static void thread() {
        Thread main = Thread.currentThread();
        new Thread(() -> {
            try {
                main.join();
                System.out.println("thread ends");
            } catch (InterruptedException e) {
                System.out.println("thread interrupted");
            }
        }).start();
        System.out.println(Asked.ask(model().build()));
    }
}
