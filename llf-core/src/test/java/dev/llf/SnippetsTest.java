package dev.llf;

import dev.llf.chat.ChatEvent;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Sampling;
import dev.llf.testing.TinyModel;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The examples of the documentation, which run as tests. */
class SnippetsTest {

    @Test
    void hello() {
        // @start region="hello"
        try (Llf llf = Llf.builder().model(TinyModel.path()).build()) {
            System.out.println(llf.chat("What is LLF?").text());
        }
        // @end
    }

    @Test
    void conversation() {
        // @start region="conversation"
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy()).build()) {
            Conversation talk = llf.conversation();
            talk.send("My name is Ada.");
            try (ReplyStream stream = talk.stream("What is my name?")) {
                for (ChatEvent event : stream) {
                    if (event instanceof ChatEvent.TextDelta delta) {
                        System.out.print(delta.text());
                    }
                }
                Reply reply = stream.reply(); // finishReason(), usage(), timings()
                // @end
                assertThat(reply.text()).isEqualTo("Your name is Ada.");
                assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
                // @start region="conversation-fork"
            }
            Conversation other = talk.fork(); // a branch; both go on independently
            // @end
            assertThat(other.turns()).isEqualTo(talk.turns());
        }
    }
}
