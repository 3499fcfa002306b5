package dev.llf.conversation.search;

import dev.llf.chat.Role;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A message in which a query was found.
 *
 * <p>Conversation, turn and message together say where to jump to.
 *
 * @param conversationId identifies the conversation
 * @param turnId         identifies the turn; empty for the system text, which belongs to no turn
 * @param turnNumber     the place of the turn in the conversation, counted from 1; 0 for the system text
 * @param messageIndex   the place of the message in its turn, counted from 0
 * @param role           who the message is from
 * @param at             when the turn started; empty for the system text
 * @param snippet        the part of the message around its first match, white space shown as spaces, and an ellipsis
 *                       wherever something was cut off
 * @param ranges         the matches in the message's text, in order, never overlapping, at least one and at most
 *                       {@value #MAX_RANGES}; what people see as one character is never split
 * @param snippetRanges  the matches in the snippet, in order; one that was cut keeps the part that is left
 */
public record SearchHit(String conversationId, Optional<String> turnId, int turnNumber, int messageIndex, Role role,
        Optional<Instant> at, String snippet, List<TextRange> ranges, List<TextRange> snippetRanges) {

    /** How many matches of one message are listed; all are counted. */
    public static final int MAX_RANGES = 1_000;

    /** Copies the lists. */
    public SearchHit {
        ranges = List.copyOf(ranges);
        snippetRanges = List.copyOf(snippetRanges);
    }
}
