package dev.llf.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Random grammars, by seeds that a failure names. */
class GrammarFuzzTest {

    private static final String SIGNS = "root::=|()[]{}*+?\"\\#.^-,0129abxuU \n\r\t%_'é😀\0\ud800";

    @Test
    void refusesDamagedGrammarsInNoOtherWay() {
        for (int seed = 0; seed < 5_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder(random.nextBoolean() ? GrammarTest.JSON : small(random).gbnf());
            for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
                edit(text, random);
            }
            parse(text.toString(), seed);
        }
    }

    @Test
    void refusesNoiseInNoOtherWay() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            StringBuilder text = new StringBuilder("root ::= ");
            for (int n = random.nextInt(60); n > 0; n--) {
                text.append(SIGNS.charAt(random.nextInt(SIGNS.length())));
            }
            parse(text.toString(), seed);
        }
    }

    @Test
    void matchesWhatAGrammarDerives() {
        int checked = 0;
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            Small small = small(random);
            Grammar grammar = parse(small.gbnf(), seed);
            if (grammar == null) {
                continue;
            }
            for (int i = 0; i < 5; i++) {
                StringBuilder text = new StringBuilder();
                if (small.derive(0, random, text, 0) && text.length() < 40) {
                    checked++;
                    matches(grammar, text, random);
                }
            }
        }
        assertThat(checked).isGreaterThan(1_000);
    }

    private static void matches(Grammar grammar, StringBuilder text, Random random) {
        String start = text.substring(0, random.nextInt(text.length() + 1));
        assertThat(grammar.matches(text.toString())).as("%s%s", grammar, text).isTrue();
        assertThat(grammar.matchesPrefix(start)).as("%s%s", grammar, start).isTrue();
        edit(text, random);
        boolean matches = grammar.matches(text.toString());
        assertThat(grammar.matchesPrefix(text.toString()) || !matches).as("%s%s", grammar, text).isTrue();
    }

    private static @Nullable Grammar parse(String gbnf, int seed) {
        try {
            Grammar grammar = Grammar.parse(gbnf);
            grammar.matches("a1(b)");
            return grammar;
        } catch (GrammarException e) {
            return null;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("seed " + seed + ": " + gbnf, e);
        }
    }

    private static void edit(StringBuilder text, Random random) {
        int at = random.nextInt(text.length() + 1);
        int end = Math.min(text.length(), at + 1 + random.nextInt(3));
        switch (random.nextInt(4)) {
            case 0 -> text.delete(at, end);
            case 1 -> text.insert(at, SIGNS.charAt(random.nextInt(SIGNS.length())));
            case 2 -> text.insert(at, text.substring(at, end));
            default -> text.setLength(Math.max(1, at));
        }
    }

    /** A grammar as a tree, so that a text can be derived from it without reading it. */
    private record Small(List<List<List<Item>>> rules) {

        String gbnf() {
            StringBuilder gbnf = new StringBuilder();
            for (int i = 0; i < rules.size(); i++) {
                gbnf.append(i == 0 ? "root" : "r" + i).append(" ::= ");
                for (int j = 0; j < rules.get(i).size(); j++) {
                    gbnf.append(j == 0 ? "" : " | ").append(rules.get(i).get(j).isEmpty() ? "\"\"" : "");
                    rules.get(i).get(j).forEach(item -> gbnf.append(item.gbnf()).append(' '));
                }
                gbnf.append('\n');
            }
            return gbnf.toString();
        }

        boolean derive(int rule, Random random, StringBuilder text, int depth) {
            if (depth > 30 || text.length() > 400) {
                return false;
            }
            List<List<Item>> alternates = rules.get(rule);
            for (Item item : alternates.get(random.nextInt(alternates.size()))) {
                int times = item.least
                        + (item.most < 0 ? random.nextInt(3) : random.nextInt(item.most - item.least + 1));
                for (int i = 0; i < times; i++) {
                    if (item.rule >= 0 && !derive(item.rule, random, text, depth + 1)) {
                        return false;
                    }
                    if (item.rule < 0) {
                        text.append(item.characters.charAt(random.nextInt(item.characters.length())));
                    }
                }
            }
            return true;
        }
    }

    /** One of some characters, or a rule if not negative; at most without limit if negative. */
    private record Item(String characters, int rule, int least, int most) {

        String gbnf() {
            String one = rule > 0 ? "r" + rule
                    : rule == 0 ? "(root)"
                            : characters.length() == 1 ? "\"" + characters + "\"" : "[" + characters + "]";
            if (least == 1 && most == 1) {
                return one;
            }
            if (most < 0) {
                return one + (least == 0 ? "*" : least == 1 ? "+" : "{" + least + ",}");
            }
            return one + (least == 0 && most == 1 ? "?" : "{" + least + "," + most + "}");
        }
    }

    private static Small small(Random random) {
        int count = 1 + random.nextInt(4);
        List<List<List<Item>>> rules = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<List<Item>> alternates = new ArrayList<>();
            for (int j = random.nextInt(3); j >= 0; j--) {
                List<Item> sequence = new ArrayList<>();
                for (int k = random.nextInt(4); k > 0; k--) {
                    String characters = List.of("a", "b", "ab", "a1", "(", ")", "é☃").get(random.nextInt(7));
                    int least = random.nextInt(3) == 0 ? random.nextInt(3) : 1;
                    int most = random.nextInt(3) == 0 ? random.nextInt(4) - 1 : 1;
                    sequence.add(new Item(characters, random.nextInt(3) == 0 ? random.nextInt(count) : -1, least,
                            most < 0 ? -1 : Math.max(least, most)));
                }
                alternates.add(sequence);
            }
            rules.add(alternates);
        }
        return new Small(rules);
    }
}
