package dev.llf.conversation.prompts;

import dev.llf.chat.WellFormed;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * What the author of a template decides, and may change later.
 *
 * @param name        for people: one line of 1 to {@value #MAX_NAME} characters
 * @param description what it is for: at most {@value #MAX_DESCRIPTION} characters, possibly empty
 * @param template    the text with its placeholders
 * @param category    where it belongs: one line of 1 to {@value #MAX_LABEL} characters
 * @param tags        at most {@value #MAX_TAGS}, each one line of 1 to {@value #MAX_LABEL} characters; repeated ones are
 *                    dropped
 */
public record PromptContent(String name, String description, PromptTemplate template, String category,
        List<String> tags) {

    /** The most UTF-16 code units that a name may have. */
    public static final int MAX_NAME = 100;
    /** The most UTF-16 code units that a description may have. */
    public static final int MAX_DESCRIPTION = 1_000;
    /** The most UTF-16 code units that a category or a tag may have. */
    public static final int MAX_LABEL = 50;
    /** The most tags that a template may have. */
    public static final int MAX_TAGS = 20;

    /**
     * Checks the parts and copies the tags.
     *
     * @throws IllegalArgumentException if a part is blank, too long, of more than one line, or has an unpaired surrogate, or
     *                                  there are too many tags
     */
    public PromptContent {
        line(name, "a template's name", MAX_NAME);
        WellFormed.text(description, "a template's description");
        length(description, "a template's description", MAX_DESCRIPTION);
        line(category, "a template's category", MAX_LABEL);
        tags = List.copyOf(new LinkedHashSet<>(tags));
        if (tags.size() > MAX_TAGS) {
            throw new IllegalArgumentException("a template has at most %d tags, found %d"
                    .formatted(MAX_TAGS, tags.size()));
        }
        tags.forEach(tag -> line(tag, "a template's tag", MAX_LABEL));
    }

    static String line(String text, String what, int limit) {
        WellFormed.name(text, what);
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("%s must be one line without control characters".formatted(what));
        }
        return length(text, what, limit);
    }

    private static String length(String text, String what, int limit) {
        if (text.length() > limit) {
            throw new IllegalArgumentException("%s has at most %d characters, found %d"
                    .formatted(what, limit, text.length()));
        }
        return text;
    }

    /**
     * Makes the content of a template without a description and tags.
     *
     * @param name     for people
     * @param text     the text with its placeholders
     * @param category where it belongs
     * @return the content
     * @throws IllegalArgumentException if a part does not have the form that it must have
     */
    public static PromptContent of(String name, String text, String category) {
        return new PromptContent(name, "", PromptTemplate.of(text), category, List.of());
    }

    /**
     * Changes the name.
     *
     * @param name the new name
     * @return the changed copy
     * @throws IllegalArgumentException if the name does not have the form that it must have
     */
    public PromptContent withName(String name) {
        return new PromptContent(name, description, template, category, tags);
    }

    /**
     * Changes the description.
     *
     * @param description the new description
     * @return the changed copy
     * @throws IllegalArgumentException if the description does not have the form that it must have
     */
    public PromptContent withDescription(String description) {
        return new PromptContent(name, description, template, category, tags);
    }

    /**
     * Changes the text.
     *
     * @param text the new text with its placeholders
     * @return the changed copy
     * @throws IllegalArgumentException if the text is no template
     */
    public PromptContent withText(String text) {
        return new PromptContent(name, description, PromptTemplate.of(text), category, tags);
    }

    /**
     * Changes the category.
     *
     * @param category the new category
     * @return the changed copy
     * @throws IllegalArgumentException if the category does not have the form that it must have
     */
    public PromptContent withCategory(String category) {
        return new PromptContent(name, description, template, category, tags);
    }

    /**
     * Changes the tags.
     *
     * @param tags the new tags
     * @return the changed copy
     * @throws IllegalArgumentException if there are too many tags or one does not have the form that it must have
     */
    public PromptContent withTags(List<String> tags) {
        return new PromptContent(name, description, template, category, tags);
    }
}
