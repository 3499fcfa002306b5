package dev.llf.schema;

import dev.llf.schema.Rule.Element;
import dev.llf.schema.Rule.Kind;
import dev.llf.schema.Rule.Reference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Refuses rules that the engine cannot run, or would run for ever.
 *
 * <p>The engine keeps a set of stacks and, before each token, replaces a rule on top of a stack by its alternates until a
 * character is on top, recursively and without remembering what it has seen. A rule that can come back to itself
 * before a character (left recursion) never ends that way. Its own check misses the case where the symbols in between
 * are empty only by other rules, and itself takes time exponential in the depth of a grammar. So nullability is
 * computed here exactly, and the engine's work is counted, without doing it, from the innermost rules outwards.
 */
final class GrammarCheck {

    /** Calls of the engine's own search for left recursion, over all rules. */
    static final long MAX_SEARCH = 5_000_000;
    /** Stacks that one rule may be replaced by before a character is on top, and the steps to them. */
    static final long MAX_EXPANSION = 20_000;
    /** How deep the engine may call itself in both; it runs on a native thread with a stack of its own. */
    static final int MAX_DEPTH = 1_000;

    private final String text;
    private final List<Rule> rules;
    private final boolean[] nullable;
    private final Cost[] costs;

    private GrammarCheck(String text, List<Rule> rules) {
        this.text = text;
        this.rules = rules;
        this.nullable = derivable(false);
        this.costs = new Cost[rules.size()];
    }

    static void check(String text, List<Rule> rules) {
        GrammarCheck check = new GrammarCheck(text, rules);
        check.refuseEndlessRules();
        check.refuseCostlyRules(check.innermostFirst());
        check.refuseCostlyMiddles();
    }

    private void refuseEndlessRules() {
        boolean[] productive = derivable(true);
        for (int i = 0; i < productive.length; i++) {
            Rule rule = rules.get(i);
            if (!productive[i] && rule.kind() == Kind.NAMED) {
                throw failure(rule,
                        "rule '%s' can never finish: every alternative needs it again. Add one that does not."
                                .formatted(rule.name()));
            }
        }
    }

    /** Tells which rules have a sequence of terminals, if allowed, and of rules that have one. Linear time. */
    private boolean[] derivable(boolean terminals) {
        boolean[] derivable = new boolean[rules.size()];
        List<List<int[]>> users = new ArrayList<>();
        rules.forEach(rule -> users.add(new ArrayList<>()));
        ArrayDeque<Integer> found = new ArrayDeque<>();
        for (int i = 0; i < rules.size(); i++) {
            for (List<Element> sequence : rules.get(i).alternates()) {
                // The rule, and how many of the sequence's elements are still open.
                int[] open = {i, 0};
                for (Element element : sequence) {
                    if (element instanceof Reference reference) {
                        users.get(reference.rule()).add(open);
                        open[1]++;
                    } else if (!terminals) {
                        open[1]++;
                    }
                }
                if (open[1] == 0 && !derivable[i]) {
                    derivable[i] = true;
                    found.add(i);
                }
            }
        }
        while (!found.isEmpty()) {
            for (int[] open : users.get(found.remove())) {
                open[1]--;
                if (open[1] == 0 && !derivable[open[0]]) {
                    derivable[open[0]] = true;
                    found.add(open[0]);
                }
            }
        }
        return derivable;
    }

    private boolean isNullable(Element element) {
        return element instanceof Reference reference && nullable[reference.rule()];
    }

    /** The rules that a rule may begin with, as often as it does. */
    private int[] leftmost(int rule) {
        List<Integer> leftmost = new ArrayList<>();
        for (List<Element> sequence : rules.get(rule).alternates()) {
            for (Element element : sequence) {
                if (element instanceof Reference reference) {
                    leftmost.add(reference.rule());
                }
                if (!isNullable(element)) {
                    break;
                }
            }
        }
        return leftmost.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Orders the rules so that each comes after those it may begin with; refuses left recursion. */
    private int[] innermostFirst() {
        int[] order = new int[rules.size()];
        int ordered = 0;
        boolean[] entered = new boolean[rules.size()];
        boolean[] left = new boolean[rules.size()];
        for (int start = 0; start < rules.size(); start++) {
            if (entered[start]) {
                continue;
            }
            ArrayDeque<Visit> path = new ArrayDeque<>();
            path.push(new Visit(start, leftmost(start)));
            entered[start] = true;
            while (!path.isEmpty()) {
                Visit visit = path.getFirst();
                if (visit.next == visit.leftmost.length) {
                    path.pop();
                    left[visit.rule] = true;
                    order[ordered++] = visit.rule;
                    continue;
                }
                int next = visit.leftmost[visit.next++];
                if (!entered[next]) {
                    entered[next] = true;
                    path.push(new Visit(next, leftmost(next)));
                } else if (!left[next]) {
                    throw leftRecursion(next, path);
                }
            }
        }
        return order;
    }

    private static final class Visit {

        final int rule;
        final int[] leftmost;
        int next;

        Visit(int rule, int[] leftmost) {
            this.rule = rule;
            this.leftmost = leftmost;
        }
    }

    private GrammarException leftRecursion(int again, ArrayDeque<Visit> path) {
        Rule rule = rules.get(again);
        if (rule.kind() == Kind.UNBOUNDED && path.getFirst().rule == again) {
            return failure(rule, "in rule '%s', something that can be empty is repeated without limit."
                    .formatted(rule.name()));
        }
        List<String> names = new ArrayList<>();
        for (Visit visit : path) {
            Rule via = rules.get(visit.rule);
            if (via.kind() == Kind.NAMED && (names.isEmpty() || !names.getFirst().equals(via.name()))) {
                names.addFirst(via.name());
            }
            if (visit.rule == again) {
                break;
            }
        }
        String cycle = names.size() > 8 ? String.join(" -> ", names.subList(0, 8)) + " -> ..."
                : String.join(" -> ", names);
        return failure(rule, "rule '%s' is left-recursive: it can begin with itself (%s). Use a repetition instead."
                .formatted(rule.name(), cycle.isEmpty() ? rule.name() : cycle));
    }

    private void refuseCostlyRules(int[] innermostFirst) {
        long searches = 0;
        long[] search = new long[rules.size()];
        for (int i : innermostFirst) {
            search[i] = 1;
            for (int next : leftmost(i)) {
                search[i] = Math.min(MAX_SEARCH + 1, search[i] + search[next]);
            }
            searches += search[i];
            Cost cost = Cost.NO_ALTERNATE;
            for (List<Element> sequence : rules.get(i).alternates()) {
                cost = cost.or(opening(sequence));
            }
            costs[i] = new Cost(cost.steps, cost.ways, cost.depth + 1);
            if (searches > MAX_SEARCH || costs[i].isTooMuch()) {
                throw tooCostly(rules.get(i), "begin");
            }
        }
    }

    /** What follows a character begins like a rule, but for what follows the rule that it stands in. */
    private void refuseCostlyMiddles() {
        for (Rule rule : rules) {
            for (List<Element> sequence : rule.alternates()) {
                Cost cost = Cost.NOTHING;
                for (Element element : sequence.reversed()) {
                    cost = cost(element).then(cost);
                    if (cost.isTooMuch()) {
                        throw tooCostly(rule, "go on");
                    }
                }
            }
        }
    }

    /**
     * What the engine does until a character is on top.
     *
     * @param steps stacks on the way
     * @param ways  how often it comes to what follows without a character
     * @param depth how deep it calls itself
     */
    private record Cost(long steps, long ways, int depth) {

        static final Cost NOTHING = new Cost(1, 1, 0);
        static final Cost CHARACTER = new Cost(1, 0, 0);
        static final Cost NO_ALTERNATE = new Cost(1, 0, 0);

        Cost then(Cost next) {
            return new Cost(Math.min(MAX_EXPANSION + 1, steps + ways * next.steps),
                    Math.min(MAX_EXPANSION + 1, ways * next.ways),
                    Math.min(MAX_DEPTH + 1, depth + (ways > 0 ? next.depth : 0)));
        }

        Cost or(Cost other) {
            return new Cost(Math.min(MAX_EXPANSION + 1, steps + other.steps),
                    Math.min(MAX_EXPANSION + 1, ways + other.ways), Math.max(depth, other.depth));
        }

        boolean isTooMuch() {
            return steps > MAX_EXPANSION || depth > MAX_DEPTH;
        }
    }

    private Cost cost(Element element) {
        return element instanceof Reference reference ? costs[reference.rule()] : Cost.CHARACTER;
    }

    /** The cost of all nullable elements at the beginning of a sequence, and the one after them. */
    private Cost opening(List<Element> sequence) {
        int count = 0;
        while (count < sequence.size() && isNullable(sequence.get(count))) {
            count++;
        }
        Cost cost = Cost.NOTHING;
        for (Element element : sequence.subList(0, Math.min(count + 1, sequence.size())).reversed()) {
            cost = cost(element).then(cost);
        }
        return cost;
    }

    private GrammarException tooCostly(Rule rule, String how) {
        return failure(rule, ("rule '%s' can %s in too many ways, or too deep in other rules, for the engine. "
                + "Begin its alternatives with different characters, and nest fewer optional parts.")
                .formatted(rule.name(), how));
    }

    private GrammarException failure(Rule rule, String message) {
        return GrammarParser.failure(text, rule.offset(), message);
    }
}
