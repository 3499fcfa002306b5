package dev.llf.examples;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.Reply;
import dev.llf.ReplyStream;
import dev.llf.chat.ChatEvent;
import dev.llf.chat.Sampling;
import dev.llf.testing.TinyModel;

/** A conversation that remembers, a streamed answer, and a branch. */
public final class ConversationExample {

    private ConversationExample() {}

    /**
     * Runs the example.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy()).build()) {
            Conversation talk = llf.conversation();
            talk.send("My name is Ada.");
            try (ReplyStream stream = talk.stream("What is my name?")) {
                for (ChatEvent event : stream) {
                    if (event instanceof ChatEvent.TextDelta delta) {
                        System.out.print(delta.text());
                    }
                }
                Reply reply = stream.reply();
                System.out.printf(" [%s, %d tokens]%n", reply.finishReason(), reply.usage().totalTokens());
            }
            Conversation other = talk.fork();
            other.send("My name is Bob.");
            System.out.println("branch:   " + other.send("What is my name?").text());
            System.out.println("original: " + talk.send("What is my name?").text());
        }
    }
}
