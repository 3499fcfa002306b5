package dev.llf.observe;

import java.time.Instant;

/**
 * What one turn did, as nested spans. The root is the turn; its children follow each other, so that together they take about
 * as long as the turn: {@code queue}, {@code recall}, {@code retrieve}, and for each round {@code plan}, {@code chat} with
 * {@code wait}, {@code prefill} and {@code decode} in it, and {@code tools} with an {@code execute_tool} for each call; then
 * {@code commit}, in which the turn is put into the log. A prompt that did not get ready is a {@code plan} until the end.
 *
 * @param turn         the turn's id
 * @param conversation the conversation's id
 * @param branch       the branch's name
 * @param startedAt    when the turn was queued
 * @param outcome      how it ended
 * @param root         the turn as a whole
 */
public record Trace(String turn, String conversation, String branch, Instant startedAt, Outcome outcome, Span root) {

    static Trace of(TurnTimeline turn, Content content) {
        return new Trace(turn.moment().turn(), turn.moment().conversation(), turn.moment().branch(), turn.startedAt(),
                turn.outcome(), SpanTree.of(turn, content));
    }

    /**
     * Renders the trace for people: a line for each span, indented as they are nested, with start and duration in
     * milliseconds and the attributes.
     *
     * @return lines, each with its line feed; foreign text in them cannot make lines of its own
     */
    public String text() {
        return TraceText.of(this);
    }

    /**
     * Renders the trace for programs: an object with {@code schemaVersion} 1, the components of this record, and the nested
     * spans, whose {@code startNanos} and {@code durationNanos} are whole numbers.
     *
     * @return JSON on one line
     */
    public String json() {
        return TraceJson.of(this);
    }
}
