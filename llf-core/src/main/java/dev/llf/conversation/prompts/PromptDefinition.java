package dev.llf.conversation.prompts;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One version of a template in a library.
 *
 * @param id        identifies the template: 1 to 64 of {@code a-z 0-9 _}, and not the name of a Windows device
 * @param version   counts the changes, from 1
 * @param content   what the author decided
 * @param author    who made the template, one line of at most 100 characters; says nothing about who may change it
 * @param createdAt when the template was made
 * @param updatedAt when this version was made
 * @param builtIn   whether it is one of LLF's own, which cannot be changed
 */
public record PromptDefinition(String id, int version, PromptContent content, Optional<String> author,
        Instant createdAt, Instant updatedAt, boolean builtIn) {

    private static final int MAX_AUTHOR = 100;

    /**
     * Checks the parts.
     *
     * @throws PromptTemplateException  if the id has another form
     * @throws IllegalArgumentException if the version is less than 1 or the author has another form
     */
    public PromptDefinition {
        PromptId.check(id);
        if (version < 1) {
            throw new IllegalArgumentException("versions count from 1, was %d".formatted(version));
        }
        Objects.requireNonNull(content, "content");
        author.ifPresent(name -> PromptContent.line(name, "a template's author", MAX_AUTHOR));
        Objects.requireNonNull(createdAt, "createdAt");
        Objects.requireNonNull(updatedAt, "updatedAt");
    }

    /**
     * Returns the text with its placeholders.
     *
     * @return the template
     */
    public PromptTemplate template() {
        return content.template();
    }

    /**
     * Returns the names of the placeholders.
     *
     * @return each name once, in the order of first appearance
     */
    public List<String> variables() {
        return content.template().variables();
    }

    PromptDefinition next(int number, PromptContent changed, Instant at) {
        return new PromptDefinition(id, number, changed, author, createdAt, at, false);
    }
}
