package dev.llf.examples.bench;

import dev.llf.Llf;
import dev.llf.ReplyStream;
import dev.llf.chat.ChatEvent;
import dev.llf.testing.TinyModel;

/** Prints the first token of an answer, or only a line. */
final class FirstToken {

    private FirstToken() {}

    public static void main(String[] args) {
        if (args[0].equals("nothing")) {
            System.out.println("started");
            return;
        }
        Llf.Builder builder = Llf.builder().model(TinyModel.path());
        if (args[0].endsWith("threads-set")) {
            builder.threads(1);
        }
        try (Llf llf = builder.build(); ReplyStream stream = llf.conversation().stream("What is LLF?")) {
            for (ChatEvent event : stream) {
                if (event instanceof ChatEvent.TextDelta delta) {
                    System.out.println(delta.text());
                    return;
                }
            }
        }
    }
}
