package dev.llf.schema;

import dev.llf.schema.Rule.Element;
import dev.llf.schema.Rule.Reference;
import dev.llf.schema.Rule.Terminal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Follows a text through a grammar. One use, one thread.
 *
 * <p>The engine keeps all stacks that the text so far allows; their number can double with each character. Here stacks that
 * return to the same place from the same character share a frame, which has several frames below it: a graph in
 * place of the stacks (Tomita's), so that steps grow with a power of the length at worst, and with the length for
 * ordinary grammars. The last call of a sequence leaves no frame, so that repetitions do not pile up.
 */
final class Recognizer {

    /** Places visited over the whole text; also bounds the frames. */
    static final int MAX_STEPS = 10_000_000;

    private final Program program;
    /** Frames made at the current character, by the place that they return to. */
    private final Map<Integer, Frame> made = new HashMap<>();
    private final Set<Top> seen = new HashSet<>();
    private final ArrayDeque<Top> open = new ArrayDeque<>();
    /** Where the next character is to be matched. */
    private List<Top> terminals = new ArrayList<>();
    /** Whether the text so far is one of the grammar. */
    private boolean complete;
    private int character;
    private int steps;

    Recognizer(Program program) {
        this.program = program;
        for (int start : program.starts[program.root]) {
            visit(start, Frame.BOTTOM);
        }
        expand();
    }

    /** The rules as one array: the elements of each sequence, then null. */
    static final class Program {

        private final @Nullable Element[] code;
        /** Where the alternates of each rule begin. */
        private final int[][] starts;
        private final int root;

        Program(List<Rule> rules, int root) {
            this.root = root;
            this.starts = new int[rules.size()][];
            List<@Nullable Element> all = new ArrayList<>();
            for (int i = 0; i < rules.size(); i++) {
                List<List<Element>> alternates = rules.get(i).alternates();
                starts[i] = new int[alternates.size()];
                for (int j = 0; j < alternates.size(); j++) {
                    starts[i][j] = all.size();
                    all.addAll(alternates.get(j));
                    all.add(null);
                }
            }
            this.code = all.toArray(new @Nullable Element[0]);
        }
    }

    /** Where to go on when a rule is finished. */
    private static final class Frame {

        static final Frame BOTTOM = new Frame(-1);

        final int place;
        final List<Frame> below = new ArrayList<>();
        /** The character at which it was last returned to. */
        int returned = -1;

        Frame(int place) {
            this.place = place;
        }
    }

    /** A place reached, and the frame to return to at the end of its sequence. */
    private record Top(int place, Frame below) {}

    /** Takes all characters of a text; false as soon as no continuation could make it match. */
    boolean accept(String text) {
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            if (!accept(text.codePointAt(i))) {
                return false;
            }
        }
        return true;
    }

    boolean isComplete() {
        return complete;
    }

    private boolean accept(int codePoint) {
        boolean surrogate = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
        List<Top> before = codePoint == 0 || surrogate ? List.of() : terminals;
        terminals = new ArrayList<>();
        complete = false;
        character++;
        made.clear();
        seen.clear();
        for (Top top : before) {
            if (program.code[top.place] instanceof Terminal terminal && terminal.characters().contains(codePoint)) {
                visit(top.place + 1, top.below);
            }
        }
        expand();
        return complete || !terminals.isEmpty();
    }

    private void visit(int place, Frame below) {
        steps++;
        if (steps > MAX_STEPS) {
            throw new GrammarException(
                    "The grammar is too ambiguous to follow this text: more than %d steps.".formatted(MAX_STEPS));
        }
        Top top = new Top(place, below);
        if (seen.add(top)) {
            open.push(top);
        }
    }

    private void expand() {
        while (!open.isEmpty()) {
            Top top = open.pop();
            switch (program.code[top.place]) {
                case null -> leave(top.below);
                case Terminal terminal -> terminals.add(top);
                case Reference reference -> {
                    Frame below = below(top);
                    for (int start : program.starts[reference.rule()]) {
                        visit(start, below);
                    }
                }
            }
        }
    }

    private void leave(Frame frame) {
        if (frame.place < 0) {
            complete = true;
        } else if (frame.returned < character) {
            frame.returned = character;
            frame.below.forEach(below -> visit(frame.place, below));
        }
    }

    private Frame below(Top top) {
        int next = top.place + 1;
        if (program.code[next] == null) {
            return top.below;
        }
        Frame frame = made.computeIfAbsent(next, Frame::new);
        // Each top is visited once for a character, so no frame gets there twice.
        frame.below.add(top.below);
        if (frame.returned == character) {
            visit(next, top.below);
        }
        return frame;
    }
}
