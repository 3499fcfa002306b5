package dev.llf.conversation.prompts;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Which templates to list. All conditions must hold.
 *
 * @param category the category, exactly; empty for any
 * @param tags     tags of which the template has at least one; empty for any
 * @param text     what stands in the id, the name, the description or a tag, whatever its case; empty for any
 */
public record PromptFilter(Optional<String> category, Set<String> tags, String text) {

    /** Lists all templates. */
    public static final PromptFilter ALL = new PromptFilter(Optional.empty(), Set.of(), "");

    /** Copies the tags and trims the text. */
    public PromptFilter {
        tags = Set.copyOf(tags);
        text = text.strip();
    }

    /**
     * Lists one category only.
     *
     * @param name the category
     * @return the changed copy
     */
    public PromptFilter inCategory(String name) {
        return new PromptFilter(Optional.of(name), tags, text);
    }

    /**
     * Lists templates with certain tags only.
     *
     * @param names the tags, of which one is enough
     * @return the changed copy
     */
    public PromptFilter withAnyTag(String... names) {
        return new PromptFilter(category, Set.copyOf(List.of(names)), text);
    }

    /**
     * Lists templates only in which a text stands.
     *
     * @param part the text
     * @return the changed copy
     */
    public PromptFilter containing(String part) {
        return new PromptFilter(category, tags, part);
    }

    boolean matches(PromptDefinition definition) {
        PromptContent content = definition.content();
        return (category.isEmpty() || category.get().equals(content.category()))
                && (tags.isEmpty() || content.tags().stream().anyMatch(tags::contains))
                && (contains(definition.id()) || contains(content.name()) || contains(content.description())
                        || content.tags().stream().anyMatch(this::contains));
    }

    private boolean contains(String value) {
        return value.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT));
    }
}
