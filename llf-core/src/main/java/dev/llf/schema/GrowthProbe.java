package dev.llf.schema;

import dev.llf.schema.Rule.Element;
import dev.llf.schema.Rule.Reference;
import dev.llf.schema.Rule.Terminal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a few texts with a grammar as the engine would, stack by stack, and tells whether their number explodes.
 *
 * <p>Whether the stacks of a recursive, ambiguous grammar double with each character depends on the text. So the probe
 * looks for a bad text: one walk always takes the character that leaves the most stacks, some take any. That finds
 * what doubles soon; it proves nothing about the rest. Seeds are fixed: one grammar, one verdict.
 */
final class GrowthProbe {

    /** Stacks that the engine may hold. */
    static final int MAX_STACKS = 20_000;
    /** Replacements of a rule by its alternates for one character. */
    static final int MAX_CALLS = 200_000;

    private static final int LENGTH = 200;
    private static final int RANDOM_WALKS = 3;
    private static final int CANDIDATES = 32;
    private static final int TRIALS = 3;
    /** Calls of all walks together; when they are spent, nothing was found. */
    private static final int BUDGET = 500_000;

    private final List<Rule> rules;
    private final Map<Stack, Stack> stacks = new HashMap<>();
    private int spent;

    private GrowthProbe(List<Rule> rules) {
        this.rules = rules;
    }

    static boolean explodes(List<Rule> rules, int root) {
        GrowthProbe probe = new GrowthProbe(rules);
        for (int walk = 0; walk <= RANDOM_WALKS; walk++) {
            if (probe.explodes(root, walk == 0 ? null : new Random(walk))) {
                return true;
            }
        }
        return false;
    }

    /** The rest of a sequence on top of what follows it; each distinct stack exists once. */
    private static final class Stack {

        final List<Element> sequence;
        final int index;
        final @Nullable Stack below;

        Stack(List<Element> sequence, int index, @Nullable Stack below) {
            this.sequence = sequence;
            this.index = index;
            this.below = below;
        }

        boolean takes(int codePoint) {
            return sequence.get(index) instanceof Terminal terminal && terminal.characters().contains(codePoint);
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // sequences belong to the grammar, stacks exist once
        public boolean equals(@Nullable Object other) {
            return other instanceof Stack stack && sequence == stack.sequence && index == stack.index
                    && below == stack.below;
        }

        @Override
        public int hashCode() {
            return (System.identityHashCode(sequence) * 31 + index) * 31 + System.identityHashCode(below);
        }
    }

    private boolean explodes(int root, @Nullable Random random) {
        Set<Stack> tops = new LinkedHashSet<>();
        for (List<Element> sequence : rules.get(root).alternates()) {
            if (!advance(push(sequence, 0, null), tops)) {
                return true;
            }
        }
        for (int i = 0; i < LENGTH && !tops.isEmpty() && spent < BUDGET; i++) {
            List<Integer> characters = characters(tops, random);
            Set<Stack> largest = Set.of();
            for (int character : characters) {
                Set<Stack> next = new LinkedHashSet<>();
                int before = spent;
                for (Stack top : tops) {
                    if (top.takes(character) && !advance(push(top.sequence, top.index + 1, top.below), next)) {
                        return true;
                    }
                    if (next.size() > MAX_STACKS || spent - before > MAX_CALLS) {
                        return true;
                    }
                }
                if (next.size() > largest.size()) {
                    largest = next;
                }
            }
            tops = largest;
        }
        return false;
    }

    /** Picks the characters to try: those that most stacks take, or any one. */
    private List<Integer> characters(Collection<Stack> tops, @Nullable Random random) {
        Set<Integer> candidates = new HashSet<>();
        for (Stack top : tops) {
            if (candidates.size() < CANDIDATES && top.sequence.get(top.index) instanceof Terminal terminal) {
                terminal.characters().addFirsts(candidates);
            }
        }
        List<Integer> sorted = new ArrayList<>(candidates.stream().sorted().toList());
        if (random != null) {
            return List.of(sorted.get(random.nextInt(sorted.size())));
        }
        spent += tops.size();
        Map<Integer, Long> takers = new HashMap<>();
        sorted.forEach(c -> takers.put(c, tops.stream().filter(top -> top.takes(c)).count()));
        sorted.sort(Comparator.comparing(takers::get, Comparator.reverseOrder()));
        return sorted.subList(0, Math.min(TRIALS, sorted.size()));
    }

    /** Adds all stacks with a character on top; false if that takes more calls than the engine should make. */
    private boolean advance(@Nullable Stack stack, Set<Stack> tops) {
        int calls = 0;
        ArrayDeque<Stack> open = new ArrayDeque<>();
        if (stack != null) {
            open.push(stack);
        }
        while (!open.isEmpty()) {
            Stack top = open.pop();
            spent++;
            calls++;
            if (calls > MAX_CALLS) {
                return false;
            }
            switch (top.sequence.get(top.index)) {
                case Terminal terminal -> tops.add(top);
                case Reference reference -> {
                    Stack below = push(top.sequence, top.index + 1, top.below);
                    for (List<Element> sequence : rules.get(reference.rule()).alternates()) {
                        Stack next = push(sequence, 0, below);
                        if (next != null) {
                            open.push(next);
                        }
                    }
                }
            }
        }
        return true;
    }

    private @Nullable Stack push(List<Element> sequence, int index, @Nullable Stack below) {
        if (index == sequence.size()) {
            return below;
        }
        Stack stack = new Stack(sequence, index, below);
        Stack known = stacks.putIfAbsent(stack, stack);
        return known == null ? stack : known;
    }
}
