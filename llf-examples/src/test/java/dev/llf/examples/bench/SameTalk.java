package dev.llf.examples.bench;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** The same made-up conversation for both sides: questions and answers by their number, from 0. */
record SameTalk(IntFunction<String> question, IntFunction<String> answer) {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** Turns of some 60 and 140 characters, 10 and 25 words. */
    static final SameTalk ORDINARY = new SameTalk(
            i -> "Question %d: what did we agree on for the delivery of the week?".formatted(i),
            i -> ("Answer %d: we agreed that the goods leave the warehouse on the second day of the week, and that "
                    + "whoever is at the gate signs for all of them.").formatted(i));

    /** Turns that TinyModel reads in some 20 tokens. */
    static final SameTalk SHORT = new SameTalk(i -> "My number is %d.".formatted(i),
            i -> "Okay, I will remember that.");

    /** Returns a turn of LLF that follows the one with the number before. */
    Turn turn(int number) {
        return new Turn(id(number), number == 0 ? Optional.empty() : Optional.of(id(number - 1)),
                START.plusSeconds(number), List.of(Message.user(question.apply(number)),
                        Message.assistant(answer.apply(number))),
                FinishReason.STOP, Usage.NONE, "none");
    }

    /** Returns the id of a turn. */
    static String id(int number) {
        return "turn-%08d".formatted(number);
    }

    /** Returns the messages of LangChain4j in as many turns. */
    List<ChatMessage> messages(int turns) {
        List<ChatMessage> messages = new ArrayList<>();
        for (int i = 0; i < turns; i++) {
            messages.add(UserMessage.from(question.apply(i)));
            messages.add(AiMessage.from(answer.apply(i)));
        }
        return messages;
    }
}
