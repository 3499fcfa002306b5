package dev.llf.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One branch of a conversation from its first turn to its last, as it is read, searched and exported.
 *
 * @param id       identifies the conversation
 * @param system   the instructions that stood in front of it; empty for none
 * @param metadata what the host notes about the conversation, in its order; the key {@value #TITLE} names it for people
 * @param turns    oldest first; each is the parent of the next
 */
public record Transcript(String id, Optional<String> system, Map<String, String> metadata, List<Turn> turns) {

    /** The key under which the metadata hold the conversation's title. */
    public static final String TITLE = "title";

    /**
     * Copies the parts and checks that the turns follow each other.
     *
     * @throws IllegalArgumentException if the id is blank or a turn does not name the one before it as its parent
     */
    public Transcript {
        WellFormed.name(id, "conversation id");
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        turns = List.copyOf(turns);
        Optional<String> previous = Optional.empty();
        for (Turn turn : turns) {
            if (!turn.parent().equals(previous)) {
                throw new IllegalArgumentException("turn %s must have the parent %s, has %s".formatted(turn.id(),
                        previous.orElse("none"), turn.parent().orElse("none")));
            }
            previous = Optional.of(turn.id());
        }
    }

    /**
     * Names the conversation anew, such as for a store that has one with this id already.
     *
     * @param id the new id
     * @return a transcript that is otherwise the same
     * @throws IllegalArgumentException if the id is blank
     */
    public Transcript withId(String id) {
        return new Transcript(id, system, metadata, turns);
    }

    /**
     * Returns the title.
     *
     * @return the title that the host gave; empty if it gave none
     */
    public Optional<String> title() {
        return Optional.ofNullable(metadata.get(TITLE));
    }
}
