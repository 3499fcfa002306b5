package dev.llf;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Turn;
import dev.llf.error.CancelledException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Has the model summarise what was said. What is too long for one request is read in several, each with the summary of
 * those before.
 */
final class Summarizer {

    private static final String INSTRUCTION = "Summarize this conversation:";
    private static final String EARLIER = "summary: ";

    private final Asker asker;
    private final ToIntFunction<List<Message>> counter;
    private final int contextTokens;

    /**
     * Creates one.
     *
     * @param counter       counts the tokens of a prompt
     * @param contextTokens tokens that the model's context holds
     */
    Summarizer(Asker asker, ToIntFunction<List<Message>> counter, int contextTokens) {
        this.asker = asker;
        this.counter = counter;
        this.contextTokens = contextTokens;
    }

    /**
     * Returns a summary.
     *
     * @param earlier   what was said before, summarised
     * @param turns     what is to be read
     * @param maxTokens the most tokens that the summary may have
     */
    String summarize(Optional<String> earlier, List<Turn> turns, int maxTokens) {
        int room = contextTokens / 2 - maxTokens;
        List<String> lines = new ArrayList<>();
        for (Turn turn : turns) {
            turn.messages().stream().map(Summarizer::line).forEach(line -> addFitting(lines, line, room));
        }
        Optional<String> summary = earlier;
        int from = 0;
        while (from < lines.size()) {
            int to = from + 1;
            while (to < lines.size() && fits(prompt(summary, lines.subList(from, to + 1)), maxTokens)) {
                to++;
            }
            summary = Optional.of(ask(prompt(summary, lines.subList(from, to)), maxTokens));
            from = to;
        }
        return summary.orElse("");
    }

    /** A message that is too long for a request becomes several lines. */
    private void addFitting(List<String> lines, String line, int room) {
        if (line.length() < 2 || counter.applyAsInt(List.of(Message.user(line))) <= room) {
            lines.add(line);
        } else {
            int middle = line.offsetByCodePoints(0, line.codePointCount(0, line.length()) / 2);
            addFitting(lines, line.substring(0, middle), room);
            addFitting(lines, line.substring(middle), room);
        }
    }

    private static String line(Message message) {
        return "%s: %s".formatted(message.role().name().toLowerCase(Locale.ROOT), message.text());
    }

    private static List<Message> prompt(Optional<String> summary, List<String> lines) {
        StringBuilder text = new StringBuilder(INSTRUCTION);
        summary.ifPresent(earlier -> text.append('\n').append(EARLIER).append(earlier));
        lines.forEach(line -> text.append('\n').append(line));
        return List.of(Message.user(text.toString()));
    }

    private boolean fits(List<Message> prompt, int maxTokens) {
        return counter.applyAsInt(prompt) + 2 * maxTokens <= contextTokens;
    }

    private String ask(List<Message> prompt, int maxTokens) {
        ChatResponse response = asker.ask(ChatRequest.builder().messages(prompt).maxTokens(maxTokens));
        if (response.finishReason() == FinishReason.CANCELLED || response.finishReason() == FinishReason.DEADLINE) {
            throw new CancelledException("The turn was cancelled or its time was up while earlier turns were being "
                    + "summarised; nothing was said.");
        }
        return response.message().text().strip();
    }
}
