package dev.llf.schema;

import dev.llf.schema.Rule.Element;
import dev.llf.schema.Rule.Reference;
import dev.llf.schema.Rule.Terminal;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;

/** Writes a text of a grammar at random. */
final class GrammarWalk {

    private static final List<Integer> OFTEN = List.of((int) 'a', (int) '7', 0x1F600, 0xe9, 0x4e2d);

    private GrammarWalk() {}

    static String write(Grammar grammar, Random random, boolean longest) {
        GrammarParser.Rules rules = GrammarParser.parse(grammar.text());
        StringBuilder out = new StringBuilder();
        ArrayDeque<Element> open = new ArrayDeque<>();
        open.push(new Reference(rules.root()));
        while (!open.isEmpty()) {
            switch (open.pop()) {
                case Terminal terminal -> out.appendCodePoint(character(terminal.characters(), random));
                case Reference reference -> {
                    List<List<Element>> ways = rules.rules().get(reference.rule()).alternates();
                    boolean first = longest && random.nextInt(50) > 0;
                    List<Element> way = ways.get(first ? 0 : random.nextInt(ways.size()));
                    way.reversed().forEach(open::push);
                }
            }
        }
        return out.toString();
    }

    private static int character(CharacterSet set, Random random) {
        for (int i = 0; i < 3; i++) {
            int c = OFTEN.get(random.nextInt(OFTEN.size()));
            if (set.contains(c)) {
                return c;
            }
        }
        while (true) {
            int c = random.nextInt(4) > 0 ? random.nextInt(128) : random.nextInt(Character.MAX_CODE_POINT);
            if (set.contains(c)) {
                return c;
            }
        }
    }
}
