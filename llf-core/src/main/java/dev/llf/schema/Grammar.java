package dev.llf.schema;

import java.util.Set;

/**
 * A grammar in GBNF that the engine can run: what it accepts, the model can only write.
 *
 * <pre>{@code
 * root   ::= "yes" | "no" reason?   # comment
 * reason ::= " (" [a-z ]{1,40} ")"
 * }</pre>
 *
 * <p>The language is that of llama.cpp: rule names of letters, digits and hyphens; {@code |}, groups, {@code * + ? {m} {m,}
 * {m,n}}; literals and classes with the escapes {@code \n \r \t \\ \" \[ \] \xHH \}{@code uHHHH \UHHHHHHHH}; {@code .} for any
 * character. A rule ends with its line, except after {@code ::=} and {@code |} and inside parentheses.
 *
 * <p>The engine ignores a grammar that it cannot read, and aborts or does not return on others. So stricter than there,
 * refused are: a rule that is missing, defined twice, left-recursive in any way or unable to finish; an empty class, an
 * inverted range, a character that text cannot hold; more than 262,144 chars, 2,000 repetitions of one item, 200,000
 * elements after the engine has written all repetitions out, 100 nested groups; rules that can begin, or go on
 * after a character, in more than some 20,000 ways.
 *
 * <p>Refused as far as some trial texts show it are recursive rules whose alternatives begin alike, as in
 * {@code e ::= "(" e ")" | "(" e "]" | "x"}: the engine's work doubles with each level. What is common is written once,
 * {@code e ::= "(" e [)\]] | "x"}. The trial cannot find every such grammar, so those of strangers belong behind a limit.
 *
 * <p>Immutable and thread-safe.
 */
public final class Grammar {

    private final String text;
    private final Set<String> ruleNames;
    private final Recognizer.Program program;

    private Grammar(String text, Set<String> ruleNames, Recognizer.Program program) {
        this.text = text;
        this.ruleNames = ruleNames;
        this.program = program;
    }

    /**
     * Reads and checks a grammar.
     *
     * @param gbnf the grammar's text
     * @return the grammar
     * @throws GrammarException if the engine could not read or run it; line and column tell where
     */
    public static Grammar parse(String gbnf) {
        GrammarParser.Rules rules = GrammarParser.parse(gbnf);
        GrammarCheck.check(gbnf, rules.rules());
        if (GrowthProbe.explodes(rules.rules(), rules.root())) {
            throw new GrammarException(
                    "The grammar is too ambiguous: the engine would have to follow more and more ways to "
                            + "read the same text. Write the common beginning of alternatives of a recursive rule once.");
        }
        return new Grammar(gbnf, rules.named().keySet(), new Recognizer.Program(rules.rules(), rules.root()));
    }

    /**
     * Returns the text of the grammar.
     *
     * @return the text as it was given
     */
    public String text() {
        return text;
    }

    /**
     * Returns the names of all rules.
     *
     * @return the names in the order in which they first occur; not mutable, never empty
     */
    public Set<String> ruleNames() {
        return ruleNames;
    }

    /**
     * Tells whether a text is one that the grammar describes, from its first to its last character.
     *
     * @param candidate the text
     * @return whether it matches; false for text with NUL or half a surrogate pair
     * @throws GrammarException if the grammar is too ambiguous to decide in 10 million steps
     */
    public boolean matches(String candidate) {
        Recognizer recognizer = new Recognizer(program);
        return recognizer.accept(candidate) && recognizer.isComplete();
    }

    /**
     * Tells whether a text can be continued, by nothing or more, to one that the grammar describes: an answer cut short.
     *
     * @param candidate the beginning of a text
     * @return whether it is one of a matching text; false for text with NUL or half a surrogate pair
     * @throws GrammarException if the grammar is too ambiguous to decide in 10 million steps
     */
    public boolean matchesPrefix(String candidate) {
        return new Recognizer(program).accept(candidate);
    }

    /**
     * Returns the text of the grammar.
     *
     * @return {@link #text()}
     */
    @Override
    public String toString() {
        return text;
    }
}
