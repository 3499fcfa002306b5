package dev.llf.schema;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

class GrammarTest {

    static final String JSON = """
            # JSON, as strict as RFC 8259 without space around the text
            root   ::= value
            value  ::= object | array | string | number | "true" | "false" | "null"
            object ::= "{" ws ( member ("," ws member)* )? "}" # braces
            member ::= string ws ":" ws value ws
            array  ::= "[" ws (
                value ws
                ("," ws value ws)*
            )? "]"
            string ::= "\\"" ( [^"\\\\\\x00-\\x1F] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4}) )* "\\""
            number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)? ([eE] [-+]? [0-9]+)?
            ws     ::= [ \\t\\n\\r]*
            """;

    private static Grammar root(String body) {
        return Grammar.parse("root ::= " + body);
    }

    private static GrammarException refused(String gbnf) {
        GrammarException e = catchThrowableOfType(GrammarException.class, () -> Grammar.parse(gbnf));
        assertThat(e).as(gbnf).isNotNull();
        return e;
    }

    private static void refuses(String gbnf, int line, int column, String message) {
        assertThat(refused(gbnf)).hasMessageContaining(message).hasMessageStartingWith(
                "line %d, column %d: ".formatted(line, column)).returns(line, GrammarException::line)
                .returns(column, GrammarException::column);
    }

    private static void refusesAltogether(String gbnf, String message) {
        assertThat(refused(gbnf)).hasMessageContaining(message).returns(0, GrammarException::line).returns(0,
                GrammarException::column);
    }

    @Test
    void refusesWhatGoesOnInTooManyWaysFarFromTheBeginning() {
        String ways = IntStream.range('A', 'Z').mapToObj(c -> "\"%c\" [0-9]+".formatted(c))
                .collect(Collectors.joining(" | "));

        refuses("root ::= " + ways + " | \"zzzzzzz\" e{30} \"!\"\ne ::= \"a\"? | \"b\"?", 1, 1,
                "can go on in too many");
    }

    @Test
    void keepsTheTextAndTheNames() {
        String gbnf = "root ::= (b | \"c\")*\nb ::= \"b\"";

        assertThat(Grammar.parse(gbnf).text()).isEqualTo(gbnf);
        assertThat(Grammar.parse(gbnf)).hasToString(gbnf);
        assertThat(Grammar.parse(gbnf).ruleNames()).containsExactly("root", "b");
    }

    @Test
    void readsLiterals() {
        assertThat(root("\"yes\"").matches("yes")).isTrue();
        assertThat(root("\"yes\"").matches("ye")).isFalse();
        assertThat(root("\"yes\"").matches("yess")).isFalse();
        assertThat(root("\"yes\"").matches("")).isFalse();
        assertThat(root("\"a\" \"b\"").matches("ab")).isTrue();
        assertThat(root("\"it's [#] é 😀\"").matches("it's [#] é 😀")).isTrue();
        assertThat(root("\"two\nlines\"").matches("two\nlines")).isTrue();
    }

    @Test
    void readsEscapes() {
        assertThat(root("\"\\n\\r\\t\\\\\\\"\\[\\]\\x41\\u00e9\\U0001F600\"").matches("\n\r\t\\\"[]Aé😀")).isTrue();
        assertThat(root("\"\\x411\"").matches("A1")).isTrue();
    }

    @Test
    void readsClasses() {
        assertThat(root("[a-cx]+").matches("abcx")).isTrue();
        assertThat(root("[a-cx]").matches("d")).isFalse();
        assertThat(root("[^a-cx]").matches("d")).isTrue();
        assertThat(root("[^a-cx]").matches("b")).isFalse();
        assertThat(root("[a^]+").matches("^a")).isTrue();
        assertThat(root("[a-]+").matches("-a")).isTrue();
        assertThat(root("[-a]+").matches("-a")).isTrue();
        assertThat(root("[--0]+").matches("./-0")).isTrue();
        assertThat(root("[\\]\\[\"#]+").matches("[]\"#")).isTrue();
        assertThat(root("[\\U0001F600-\\U0001F64F😈]").matches("😀")).isTrue();
        assertThat(root("[あ-ん]").matches("い")).isTrue();
        assertThat(root("[c-da-bb-c]+").matches("abcd")).isTrue();
        assertThat(root("[^\\x00-\\x1F]").matches("\u001f")).isFalse();
        assertThat(root("[\\x00-\\U0010FFFF]").matches("\udbff\udfff")).isTrue();
    }

    @Test
    void readsAnyCharacter() {
        assertThat(root(". .").matches("\n😀")).isTrue();
        assertThat(root(".").matches("")).isFalse();
    }

    @Test
    void readsRepetitions() {
        assertThat(root("\"ab\"*").matches("")).isTrue();
        assertThat(root("\"ab\"*").matches("ababab")).isTrue();
        assertThat(root("\"ab\"*").matches("aba")).isFalse();
        assertThat(root("\"a\"+").matches("")).isFalse();
        assertThat(root("\"a\"+").matches("aaa")).isTrue();
        assertThat(root("\"a\"? \"b\"").matches("b")).isTrue();
        assertThat(root("\"a\"?").matches("aa")).isFalse();
    }

    @Test
    void countsRepetitions() {
        assertThat(lengths("[a]{3}")).containsExactly(3);
        assertThat(lengths("[a]{2,}")).containsExactly(2, 3, 4, 5, 6, 7, 8);
        assertThat(lengths("[a]{2,4}")).containsExactly(2, 3, 4);
        assertThat(lengths("[a] { 0 , 2 }")).containsExactly(0, 1, 2);
        assertThat(lengths("[a]{0}")).containsExactly(0);
        assertThat(lengths("\"aa\"{1,2}{2}")).containsExactly(4, 6, 8);
        assertThat(lengths("\"a\" | (\"a\" \"a\"){1,3}")).containsExactly(1, 2, 4, 6);
        assertThat(lengths("(\"a\"?){3}")).containsExactly(0, 1, 2, 3);
    }

    private static List<Integer> lengths(String body) {
        Grammar grammar = root(body);
        return IntStream.range(0, 9).filter(n -> grammar.matches("a".repeat(n))).boxed().toList();
    }

    @Test
    void readsLinesAsTheEngineDoes() {
        assertThat(Grammar
                .parse("\n # before\r\nroot ::=\n  a |\r\n  b # after\n\n\na ::= \"a\"\rb\t::= (\n\"b\"\n| \"c\"\n)+")
                .matches("bcb")).isTrue();
        assertThat(Grammar.parse("root ::= \"a\" |").matches("")).isTrue();
        assertThat(Grammar.parse("root ::=").matches("")).isTrue();
        assertThat(Grammar.parse("root::=\"a\"").matches("a")).isTrue();
        assertThat(Grammar.parse("0-A ::= \"a\"\nroot ::= 0-A").matches("a")).isTrue();
    }

    @Test
    void acceptsUnreachableRules() {
        assertThat(Grammar.parse("root ::= \"a\"\nother ::= \"b\"").matches("b")).isFalse();
    }

    @Test
    void followsRecursion() {
        Grammar grammar = Grammar.parse("root ::= \"(\" root \")\" root |");

        assertThat(grammar.matches("(()())()")).isTrue();
        assertThat(grammar.matches("(()")).isFalse();
        assertThat(grammar.matches("(".repeat(2000) + ")".repeat(2000))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "{\"a\": [1, -2.5e+3, true, {\"b\": null}]}", "\"\\u00e9\\n é 😀\"", "0",
        "[[[[]]]]",
        "{ }", "[ 1 , 2 ]"})
    void followsJson(String json) {
        assertThat(Grammar.parse(JSON).matches(json)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1,]", "01", "\"", "\"a\nb\"", "{\"a\":}", "{a: 1}", "tru", "1 ", "\"\\x\""})
    void followsJsonToItsErrors(String json) {
        assertThat(Grammar.parse(JSON).matches(json)).isFalse();
    }

    @Test
    void tellsWhetherATextCanGoOn() {
        Grammar grammar = Grammar.parse(JSON);

        assertThat(grammar.matchesPrefix("")).isTrue();
        assertThat(grammar.matchesPrefix("{\"a\": [1, 2")).isTrue();
        assertThat(grammar.matchesPrefix("[1]")).isTrue();
        assertThat(grammar.matchesPrefix("[1]]")).isFalse();
        assertThat(grammar.matchesPrefix("{a")).isFalse();
    }

    @Test
    void matchesNoTextThatIsNotText() {
        assertThat(root(".*").matches("a\0")).isFalse();
        assertThat(root(".*").matches("a\ud800")).isFalse();
        assertThat(root("[^a]*").matchesPrefix("\udc00")).isFalse();
    }

    @Test
    void followsALongText() {
        String numbers = IntStream.range(0, 5_000).mapToObj(Integer::toString).collect(Collectors.joining(", "));

        assertThat(Grammar.parse(JSON).matches("[" + numbers + "]")).isTrue();
    }

    @Test
    void refusesWhatDoublesTheEnginesStacksWithEachCharacter() {
        refusesAltogether("root ::= \"(\" root \")\" | \"(\" root \"]\" | \"x\"", "too ambiguous");
        refusesAltogether("root ::= [a-z] \"-\" e\ne ::= \"ab\" e \"c\" | [a] [b-d] e \"d\" | \"x\"", "too ambiguous");
        refusesAltogether("root ::= \"a\" root x | \"b\"\nx ::= \"\" | \"\"", "too ambiguous");
        refusesAltogether("root ::= r \"!\"\nr ::= \"b\"+ r? | \"a\" r \"b\" r \"c\" | \"a\" r \"b\"", "too ambiguous");
        assertThat(root("\"(\" root [)\\]] | \"x\"").matches("((x)]")).isTrue();
    }

    @Test
    void sharesStacks() {
        Recognizer.Program program = program("root ::= \"(\" root \")\" | \"(\" root \"]\" | \"x\"");

        assertThat(matches(program, "(".repeat(500) + "x" + ")]".repeat(250))).isTrue();
        assertThat(matches(program, "(".repeat(500) + "x" + ")]".repeat(249))).isFalse();
    }

    private static Recognizer.Program program(String gbnf) {
        GrammarParser.Rules rules = GrammarParser.parse(gbnf);
        return new Recognizer.Program(rules.rules(), rules.root());
    }

    private static boolean matches(Recognizer.Program program, String text) {
        Recognizer recognizer = new Recognizer(program);
        return recognizer.accept(text) && recognizer.isComplete();
    }

    @Test
    void followsRulesThatAreFinishedWhereTheyBegan() {
        Grammar grammar = Grammar.parse("root ::= x y x y \"!\"\nx ::= (y \"a\" y)?\ny ::= \"b\"?");

        assertThat(List.of("!", "b!", "bb!", "a!", "bab!", "babbbabb!", "aa!", "bbab!")).allMatch(grammar::matches);
        assertThat(List.of("", "bbb!", "aaa!", "babbbabbb!")).noneMatch(grammar::matches);
    }

    @Test
    void givesUpOnATextThatTakesTooLong() {
        Recognizer.Program program = program("root ::= \"a\" root root root | \"a\" root \"b\" | \"a\"");

        assertThat(matches(program, "a".repeat(100))).isTrue();
        assertThatExceptionOfType(GrammarException.class).isThrownBy(() -> matches(program, "a".repeat(100_000)))
                .withMessageContaining("too ambiguous");
    }

    @Test
    void refusesTextThatIsNoGrammar() {
        refusesAltogether("", "empty");
        refusesAltogether(" \n\t", "empty");
        refusesAltogether("# nothing", "no rule 'root'");
        refusesAltogether("other ::= \"a\"", "no rule 'root'");
        refuses("root", 1, 5, "expected '::='");
        refuses("root = \"a\"", 1, 6, "expected '::=' after the rule name 'root', found '='");
        refuses("root := \"a\"", 1, 6, "expected '::='");
        refuses("%llguidance {}\nstart: \"a\"", 1, 1, "llguidance");
        refuses("\ufeffroot ::= \"a\"", 1, 1, "found U+FEFF");
        refuses("root ::= \"a\0\"", 1, 12, "NUL");
        refuses("root ::= \"a\" # \ud800", 1, 16, "surrogate");
    }

    @Test
    void refusesSurplusText() {
        refuses("root ::= \"a\" )", 1, 14, "No '(' is open");
        refuses("root ::= \"a\"]", 1, 13, "found ']'");
        refuses("root ::= 'a'", 1, 10, "double quotes");
        refuses("root ::= a_b", 1, 11, "letters, digits and hyphens");
        refuses("root ::= a b ::= \"x\"", 1, 14, "line of its own");
        refuses("root ::= \"a\"\n  | \"b\"", 2, 3, "cannot begin with '|'");
        refuses("root ::= \"é😀\" ;", 1, 15, "found ';'");
        refuses("root ::= \"a\"\r\n;", 2, 1, "expected a rule name");
    }

    @Test
    void refusesWhatIsNotClosed() {
        refuses("root ::= \"abc", 1, 10, "not closed");
        refuses("root ::= \"abc\\", 1, 14, "escape");
        refuses("root ::= [abc", 1, 10, "not closed");
        refuses("root ::= [a-", 1, 10, "not closed");
        refuses("root ::= [", 1, 10, "not closed");
        refuses("root ::= (\"a\"\n", 2, 1, "expected ')' for the '(' in line 1, found the end of the text");
        refuses("root ::= \"a\"{2", 1, 15, "expected '}'");
        refuses("root ::= \"a\"{2,3", 1, 17, "expected '}'");
    }

    @Test
    void refusesWrongEscapes() {
        refuses("root ::= \"\\d\"", 1, 11, "unknown escape");
        refuses("root ::= [\\-]", 1, 11, "unknown escape");
        refuses("root ::= \"\\x4\"", 1, 11, "2 hexadecimal digits");
        refuses("root ::= \"\\u00g0\"", 1, 11, "4 hexadecimal digits");
        refuses("root ::= \"\\u٠٠٠٠\"", 1, 11, "4 hexadecimal digits");
        refuses("root ::= \"\\UFFFFFFFF\"", 1, 11, "U+10FFFF");
        refuses("root ::= \"\\U00110000\"", 1, 11, "U+10FFFF");
        refuses("root ::= \"\\ud83d\\ude00\"", 1, 11, "U+D83D is not a character");
        refuses("root ::= \"a\\x00\"", 1, 12, "U+0000 is not a character");
    }

    @Test
    void refusesClassesThatMatchNothing() {
        refuses("root ::= []", 1, 10, "class is empty");
        refuses("root ::= [^]", 1, 10, "class is empty");
        refuses("root ::= [z-a]", 1, 11, "upside down");
        refuses("root ::= [\\x00]", 1, 10, "no character");
        refuses("root ::= [\\uD800-\\uDFFF]", 1, 10, "no character");
        refuses("root ::= [^\\x00-\\U0010FFFF]", 1, 10, "no character");
    }

    @Test
    void refusesWrongRepetitions() {
        refuses("root ::= *", 1, 10, "nothing before it");
        refuses("root ::= \"a\" | +", 1, 16, "nothing before it");
        refuses("root ::= (?)", 1, 11, "nothing before it");
        refuses("root ::= \"\"*", 1, 12, "nothing before it");
        refuses("root ::= \"a\"{0}*", 1, 16, "nothing before it");
        refuses("root ::= \"a\"{}", 1, 14, "expected a number");
        refuses("root ::= \"a\"{,3}", 1, 14, "expected a number");
        refuses("root ::= \"a\"{-1}", 1, 14, "expected a number");
        refuses("root ::= \"a\"{3,2}", 1, 13, "at least 3 and at most 2");
    }

    @Test
    void refusesUnknownAndRepeatedRules() {
        refuses("root ::= \"a\" | b\nc ::= \"c\"", 1, 16, "'b' is used but not defined");
        refuses("root ::= \"a\"\nroot ::= \"b\"", 2, 1, "defined twice; the first is in line 1");
        refuses("a ::= root", 1, 7, "'root' is used but not defined");
    }

    @Test
    void refusesLeftRecursion() {
        refuses("root ::= root \"a\" | \"b\"", 1, 1, "left-recursive");
        refuses("root ::= a\na ::= b\nb ::= a \"x\" | \"y\"", 2, 1, "can begin with itself (a -> b)");
        refuses("root ::= \"x\"? root | \"y\"", 1, 1, "left-recursive");
        refuses("root ::= (root \"a\" | \"b\") \"c\"", 1, 1, "left-recursive");
        refuses("root ::= \"a\"\nother ::= other \"b\" | \"c\"", 2, 1, "left-recursive");
        refuses("root ::= (\"a\"?)*", 1, 16, "repeated without limit");
        refuses("root ::= (\"a\"?)+", 1, 16, "repeated without limit");
        refuses("root ::= \"a\"**", 1, 14, "repeated without limit");
        refuses("root ::= ws*\nws ::= [ ]*", 1, 12, "repeated without limit");
    }

    /** The engine overlooks these, and does not come back from its first token. */
    @Test
    void refusesLeftRecursionThroughRulesThatAreEmptyOnlyByOthers() {
        refuses("root ::= a root \"x\" | \"y\"\na ::= b\nb ::= \"z\" |", 1, 1, "left-recursive");
        refuses("root ::= a a root | \"y\"\na ::= \"z\"{0,2}", 1, 1, "left-recursive");
    }

    @Test
    void refusesRulesThatNeverFinish() {
        refuses("root ::= \"a\" root", 1, 1, "rule 'root' can never finish");
        refuses("root ::= \"a\" | \"b\" x\nx ::= \"c\" y\ny ::= \"d\" x", 2, 1, "rule 'x' can never finish");
        refuses("root ::= \"a\" (\"b\" root)+", 1, 1, "rule 'root' can never finish");
        assertThat(root("\"a\" root?").matches("aaa")).isTrue();
        assertThat(root("\"a\" root{0}").matches("a")).isTrue();
    }

    @Test
    void refusesWhatIsTooLarge() {
        refuses("root ::= \"a\"{2001}", 1, 14, "more than 2000 repetitions");
        refuses("root ::= \"a\"{1,99999999999999999999}", 1, 16, "more than 2000 repetitions");
        refuses("root ::= \"abc\"{2000}{200}", 1, 21, "beyond 200000 elements");
        refuses("root ::=" + " \"abc\"{0,2000}".repeat(30), 1, 239, "beyond 200000 elements");
        refusesAltogether("#".repeat(262_145), "262145 chars");
        refuses("root ::= " + "(".repeat(101) + "\"a\"" + ")".repeat(101), 1, 110, "more than 100 deep");
        assertThat(root("[a-z]{0,2000}").matches("z".repeat(2000))).isTrue();
        assertThat(root("(".repeat(100) + "\"a\"" + ")".repeat(100)).matches("a")).isTrue();
    }

    /** Two rules that each begin with the next in two ways: the engine's own check would take 2^40 steps. */
    @Test
    void refusesRulesThatTheEngineWouldSearchForEver() {
        String doubling = IntStream.range(0, 40)
                .mapToObj(i -> "r%d ::= r%d \"a\" | r%d \"b\"\n".formatted(i, i + 1, i + 1))
                .collect(Collectors.joining("", "root ::= r0\n", "r40 ::= \"x\"\n"));
        String empties = "root ::= " + "(\"a\"? | \"b\"?) ".repeat(30) + "\"c\"";
        String chain = IntStream.range(0, 2_000).mapToObj(i -> "r%d ::= r%d\n".formatted(i, i + 1))
                .collect(Collectors.joining("", "root ::= r0\n", "r2000 ::= \"x\"\n"));

        assertThat(List.of(doubling, empties, chain)).allSatisfy(
                gbnf -> assertThat(refused(gbnf)).hasMessageContaining("begin in too many ways"));
    }

    @Test
    void readsALargeOrdinaryGrammarQuickly() {
        String words = IntStream.range(0, 5_000).mapToObj(i -> "\"word%d\"".formatted(i))
                .collect(Collectors.joining(" | ", "root ::= ", ""));
        String fields = IntStream.range(0, 40).mapToObj(i -> "\"f%d: \" value".formatted(i))
                .collect(Collectors.joining(" ", "root ::= ", "\nvalue ::= [a-z]{1,500} \"\\n\""));

        assertThat(Grammar.parse(words).matches("word4321")).isTrue();
        assertThat(Grammar.parse(fields).matches(IntStream.range(0, 40).mapToObj(i -> "f%d: %s\n".formatted(i,
                "x".repeat(500))).collect(Collectors.joining()))).isTrue();
    }

    @Test
    void isSharedByThreads() {
        Grammar grammar = Grammar.parse(JSON);

        assertThat(IntStream.range(0, 200).parallel().mapToObj(i -> "[" + i + "]").allMatch(grammar::matches)).isTrue();
    }

    @Test
    void namesNothingButTheFaultInItsMessages() {
        String secret = "\"my password\"";

        assertThat(refused("root ::= " + secret + " ;").getMessage().getBytes(UTF_8).length).isLessThan(200);
        assertThat(refused("root ::= " + secret + " ;")).hasMessageNotContaining("password");
    }
}
