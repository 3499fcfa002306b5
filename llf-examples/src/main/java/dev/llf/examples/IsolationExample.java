package dev.llf.examples;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.chat.Sampling;
import dev.llf.error.EngineCrashedException;
import dev.llf.llamacpp.Isolation;
import dev.llf.spi.TurnEvent;
import dev.llf.testing.TinyModel;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The engine in a process of its own: it is killed in the middle of an answer, as a crash of native code would, and this
 * program and the conversation go on.
 */
public final class IsolationExample {

    private static final String LONG = "Repeat: " + "blue lamp ".repeat(120).strip();

    private static final AtomicInteger ANSWERS = new AtomicInteger();

    private IsolationExample() {}

    /**
     * Runs the example.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy())
                .isolation(Isolation.WORKER_JVM).listener(IsolationExample::killAtTheSecondAnswer).build()) {
            Conversation talk = llf.conversation();
            System.out.println("you> My name is Ada.\nllf> " + talk.send("My name is Ada.").text());
            System.out.printf("the engine runs in process %d, this program in %d%n", worker().pid(),
                    ProcessHandle.current().pid());
            try {
                System.out.println("answered before it was killed: " + talk.send(LONG).text());
            } catch (EngineCrashedException e) {
                System.out.println("crashed: " + e.getMessage());
            }
            System.out.println("turns in the log: " + talk.turns().size());
            System.out.println("you> What is my name?\nllf> " + talk.send("What is my name?").text());
            System.out.println("the engine runs in process " + worker().pid());
        }
        System.out.println(
                "processes left: " + ProcessHandle.current().children().filter(ProcessHandle::isAlive).count());
    }

    private static void killAtTheSecondAnswer(TurnEvent event) {
        if (event instanceof TurnEvent.FirstToken && ANSWERS.incrementAndGet() == 2) {
            worker().destroyForcibly();
        }
    }

    /** The only child of this program. */
    private static ProcessHandle worker() {
        return ProcessHandle.current().children().filter(ProcessHandle::isAlive).findFirst()
                .orElseThrow();
    }
}
