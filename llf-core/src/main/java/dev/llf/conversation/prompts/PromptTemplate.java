package dev.llf.conversation.prompts;

import dev.llf.chat.UserMessage;
import dev.llf.chat.WellFormed;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A text with placeholders.
 *
 * <p>A placeholder is a name of letters, digits and underscores in single braces: <code>{language}</code>. A doubled brace
 * stands for one brace; any other brace stands for itself. There is nothing else to know: no conditions, no loops.
 *
 * <p>Values are put in as they are, in one pass: a value that looks like a placeholder stays what it is. Where a placeholder
 * stands between two fences, lines of three or more backticks, the fences become longer than any run of backticks between
 * them, so that a value cannot end its block. In the line that opens a fence, line breaks and backticks of a value become
 * spaces for the same reason.
 *
 * <p>Never changes; safe for use by many threads. Two templates are equal if their texts are.
 */
public final class PromptTemplate {

    /** The most UTF-16 code units that a template may have. */
    public static final int MAX_CHARS = 100_000;
    /** The most different placeholders that a template may have. */
    public static final int MAX_VARIABLES = 100;
    /** The most UTF-16 code units that a rendered template may have. */
    public static final int MAX_RENDERED_CHARS = 10_000_000;

    private final String text;
    private final List<TemplatePart> parts;
    private final List<String> variables;

    private PromptTemplate(String text) {
        this.text = text;
        this.parts = TemplatePart.parse(text);
        Set<String> names = new LinkedHashSet<>();
        addNames(parts, names);
        this.variables = List.copyOf(names);
    }

    private static void addNames(List<TemplatePart> parts, Set<String> names) {
        for (TemplatePart part : parts) {
            switch (part) {
                case TemplatePart.Text text -> {
                }
                case TemplatePart.Variable variable -> names.add(variable.name());
                case TemplatePart.Block block -> {
                    addNames(block.info(), names);
                    addNames(block.body(), names);
                }
            }
        }
    }

    /**
     * Reads a template.
     *
     * @param text the text, not blank, at most {@value #MAX_CHARS} UTF-16 code units
     * @return the template
     * @throws IllegalArgumentException if the text is blank or too long or has an unpaired surrogate, there are more than
     *                                  {@value #MAX_VARIABLES} different placeholders, or a name has more than 64 characters
     */
    public static PromptTemplate of(String text) {
        if (text.length() > MAX_CHARS) {
            throw new IllegalArgumentException("a template has at most %d characters, found %d"
                    .formatted(MAX_CHARS, text.length()));
        }
        PromptTemplate template = new PromptTemplate(WellFormed.name(text, "template text"));
        if (template.variables.size() > MAX_VARIABLES) {
            throw new IllegalArgumentException("a template has at most %d different placeholders, found %d"
                    .formatted(MAX_VARIABLES, template.variables.size()));
        }
        return template;
    }

    /**
     * Returns the template as it was written.
     *
     * @return the text
     */
    public String text() {
        return text;
    }

    /**
     * Returns the names of the placeholders.
     *
     * @return each name once, in the order of first appearance; unmodifiable
     */
    public List<String> variables() {
        return variables;
    }

    /**
     * Fills in the values.
     *
     * @param values the value for each placeholder by its name; further ones are ignored
     * @return the text
     * @throws PromptTemplateException  if values are missing, all of which it names, or the text would be longer than
     *                                  {@value #MAX_RENDERED_CHARS} UTF-16 code units
     * @throws IllegalArgumentException if a value that is used has an unpaired surrogate
     */
    public String render(Map<String, String> values) {
        List<String> missing = new ArrayList<>(variables);
        missing.removeIf(name -> values.get(name) != null);
        if (!missing.isEmpty()) {
            throw new PromptTemplateException(PromptTemplateException.Reason.MISSING_VALUES,
                    "The template needs values for %s, found none; give a value, possibly empty, for each."
                            .formatted(missing),
                    missing, null);
        }
        variables.forEach(name -> WellFormed.text(values.getOrDefault(name, ""), "value of " + name));
        return new Rendering(values).render(parts);
    }

    /**
     * Fills in the values and makes the text a message of the user.
     *
     * @param values the value for each placeholder by its name; further ones are ignored
     * @return the message
     * @throws PromptTemplateException  if values are missing, all of which it names, or the text would be longer than
     *                                  {@value #MAX_RENDERED_CHARS} UTF-16 code units
     * @throws IllegalArgumentException if a value that is used has an unpaired surrogate
     */
    public UserMessage toMessage(Map<String, String> values) {
        return new UserMessage(render(values));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PromptTemplate template && template.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /**
     * Describes the template without its text.
     *
     * @return its length and its placeholders
     */
    @Override
    public String toString() {
        return "PromptTemplate[%d characters, variables %s]".formatted(text.length(), variables);
    }

    /** One run over the parts. */
    private static final class Rendering {

        private final Map<String, String> values;
        private long written;

        Rendering(Map<String, String> values) {
            this.values = values;
        }

        String render(List<TemplatePart> parts) {
            StringBuilder out = new StringBuilder();
            for (TemplatePart part : parts) {
                switch (part) {
                    case TemplatePart.Text text -> append(text.text(), out);
                    case TemplatePart.Variable variable -> append(value(variable), out);
                    case TemplatePart.Block block -> append(block, out);
                }
            }
            return out.toString();
        }

        private String value(TemplatePart.Variable variable) {
            String value = values.getOrDefault(variable.name(), "");
            return variable.inFence() ? value.replaceAll("[`\\r\\n]", " ") : value;
        }

        private void append(TemplatePart.Block block, StringBuilder out) {
            String body = render(block.body());
            boolean foreign = block.body().stream().anyMatch(TemplatePart.Variable.class::isInstance);
            String fence = "`".repeat(foreign ? Math.max(block.ticks(), longestRun(body) + 1) : block.ticks());
            append(block.indent() + fence + render(block.info()), out);
            out.append(body);
            block.close().ifPresent(indent -> append(indent + fence, out));
        }

        private static int longestRun(String text) {
            int longest = 0;
            int run = 0;
            for (int i = 0; i < text.length(); i++) {
                run = text.charAt(i) == '`' ? run + 1 : 0;
                longest = Math.max(longest, run);
            }
            return longest;
        }

        private void append(String text, StringBuilder out) {
            written += text.length();
            if (written > MAX_RENDERED_CHARS) {
                throw new PromptTemplateException(PromptTemplateException.Reason.TOO_LARGE,
                        "The rendered template would have more than %d characters; give shorter values."
                                .formatted(MAX_RENDERED_CHARS));
            }
            out.append(text);
        }
    }
}
