package dev.llf.survival;

import dev.llf.chat.ChatStream;
import dev.llf.llamacpp.Isolation;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Programs with a model in a worker process that end in one way or another; the argument says in which. They print the
 * worker's process number first.
 */
final class WorkerEndings {

    private WorkerEndings() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        LlamaChatModel model = LlamaChatModel.builder(TinyModel.path()).contextTokens(Asked.CONTEXT).slots(2).threads(1)
                .isolation(Isolation.WORKER_JVM).build();
        System.out.println(ProcessHandle.current().children().mapToLong(ProcessHandle::pid).findFirst().orElseThrow());
        Asked asked = new Asked(model);
        ChatStream stream = model.stream(asked.endless(900).build());
        stream.iterator().next();
        switch (args[0]) {
            case "returns" -> System.out.println("main ends");
            case "exits" -> System.exit(7);
            case "halts" -> Runtime.getRuntime().halt(7);
            case "killed" -> new ProcessBuilder("kill", "-KILL", String.valueOf(ProcessHandle.current().pid())).start()
                    .waitFor(20, TimeUnit.SECONDS);
            case "threads" -> Thread.getAllStackTraces().keySet().stream().filter(thread -> !thread.isDaemon())
                    .map(Thread::getName).sorted().forEach(System.out::println);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }
}
