package dev.llf.conversation.prompts;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The versions of a template that a user made.
 *
 * @param versions oldest first, 1 to {@value #MAX_VERSIONS}; all of one id, with ascending numbers, none built in
 */
public record PromptHistory(List<PromptDefinition> versions) {

    /** How many versions are kept; the oldest make room for new ones. */
    public static final int MAX_VERSIONS = 50;

    /**
     * Copies and checks the versions.
     *
     * @throws IllegalArgumentException if there is none or there are too many, or they do not belong together
     */
    public PromptHistory {
        versions = List.copyOf(versions);
        if (versions.isEmpty() || versions.size() > MAX_VERSIONS) {
            throw new IllegalArgumentException("a template has 1 to %d versions, found %d"
                    .formatted(MAX_VERSIONS, versions.size()));
        }
        int last = 0;
        for (PromptDefinition version : versions) {
            if (version.builtIn() || version.version() <= last || !version.id().equals(versions.getFirst().id())) {
                throw new IllegalArgumentException(
                        "versions must be of one id, made by users and ascending, found version %d of %s after %d"
                                .formatted(version.version(), version.id(), last));
            }
            last = version.version();
        }
    }

    /**
     * Returns what identifies the template.
     *
     * @return the id
     */
    public String id() {
        return latest().id();
    }

    /**
     * Returns the version in use.
     *
     * @return the last one
     */
    public PromptDefinition latest() {
        return versions.getLast();
    }

    Optional<PromptDefinition> version(int number) {
        return versions.stream().filter(version -> version.version() == number).findFirst();
    }

    /** The history with one more version; itself if nothing would change. */
    PromptHistory with(PromptContent content, Instant at) {
        if (content.equals(latest().content())) {
            return this;
        }
        List<PromptDefinition> more = new ArrayList<>(versions);
        more.add(latest().next(latest().version() + 1, content, at));
        return new PromptHistory(more.subList(Math.max(0, more.size() - MAX_VERSIONS), more.size()));
    }
}
