package dev.llf.schema;

import dev.llf.chat.WellFormed;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One of several texts, as the answer of a model that has to choose.
 *
 * @param options what there is to choose from, 1 to {@value #MAX_OPTIONS} different texts of 1 to {@value #MAX_LENGTH}
 *                chars
 */
public record Choice(List<String> options) {

    /** The most options. */
    public static final int MAX_OPTIONS = 1000;
    /** The most chars of an option. */
    public static final int MAX_LENGTH = 200;

    /**
     * Copies and checks the options.
     *
     * @throws IllegalArgumentException if there are none or too many, two are equal, or one is blank, too long, not
     *                                  well-formed or has a line break
     */
    public Choice {
        options = List.copyOf(options);
        if (options.isEmpty() || options.size() > MAX_OPTIONS) {
            throw new IllegalArgumentException("a choice has 1 to %d options, was given %d"
                    .formatted(MAX_OPTIONS, options.size()));
        }
        for (String option : options) {
            if (WellFormed.name(option, "option").length() > MAX_LENGTH || option.chars().anyMatch(c -> c < ' ')) {
                throw new IllegalArgumentException("an option has 1 to %d characters and no control character, found %d"
                        .formatted(MAX_LENGTH, option.length()));
            }
        }
        if (options.stream().distinct().count() < options.size()) {
            throw new IllegalArgumentException("two options are equal: " + options);
        }
    }

    /**
     * Returns the grammar that produces the options and nothing else.
     *
     * @return the grammar
     */
    public Grammar grammar() {
        return Grammar
                .parse(options.stream().map(Choice::literal).collect(Collectors.joining(" | ", "root ::= ", "\n")));
    }

    private static String literal(String option) {
        return "\"" + option.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /**
     * Reads an answer.
     *
     * @param text what the model wrote
     * @return the option that it is; space around it does not count
     * @throws InvalidOutputException if it is none of them
     */
    public String read(String text) {
        String answer = text.strip();
        if (options.contains(answer)) {
            return answer;
        }
        throw new InvalidOutputException(text,
                List.of(new SchemaViolation("$", "is none of the %d options".formatted(options.size()))), null);
    }
}
