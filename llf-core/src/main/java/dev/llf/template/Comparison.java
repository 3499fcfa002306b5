package dev.llf.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/** Equality, order and membership of values. */
final class Comparison {

    private final Budget budget;

    Comparison(Budget budget) {
        this.budget = budget;
    }

    boolean compare(String operator, Object left, Object right) {
        return switch (operator) {
            case "==" -> same(left, right);
            case "!=" -> !same(left, right);
            case "in" -> contains(right, left);
            case "not in" -> !contains(right, left);
            case "<" -> less(left, right);
            case ">" -> less(right, left);
            case "<=" -> lessOrSame(left, right);
            default -> lessOrSame(right, left);
        };
    }

    boolean same(Object left, Object right) {
        budget.step();
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return !Numbers.isNan(left) && !Numbers.isNan(right) && Numbers.compare(left, right) == 0;
        }
        if (left instanceof Text a && right instanceof Text b) {
            return sameText(a, b);
        }
        if (left instanceof Sequence a && right instanceof Sequence b) {
            return a.isList() == b.isList() && sameItems(a.items(), b.items());
        }
        if (left instanceof Dict a && right instanceof Dict b) {
            return sameEntries(a, b);
        }
        if (left instanceof Undefined && right instanceof Undefined) {
            return true;
        }
        return left instanceof Range ? left.equals(right) : one(left, right);
    }

    private boolean sameText(Text left, Text right) {
        boolean sameLength = left.value().length() == right.value().length();
        if (sameLength) {
            budget.read(left);
        }
        return sameLength && left.equals(right);
    }

    private boolean sameItems(List<Object> left, List<Object> right) {
        if (left.size() != right.size()) {
            return false;
        }
        budget.enter();
        boolean same = true;
        for (int i = 0; same && i < left.size(); i++) {
            same = one(left.get(i), right.get(i)) || same(left.get(i), right.get(i));
        }
        budget.leave();
        return same;
    }

    private boolean sameEntries(Dict left, Dict right) {
        if (left.size() != right.size()) {
            return false;
        }
        budget.enter();
        boolean same = true;
        for (Iterator<Dict.Entry> entries = left.entries().iterator(); same && entries.hasNext();) {
            Dict.Entry entry = entries.next();
            Object other = right.get(entry.key());
            same = other != null && same(entry.value(), other);
        }
        budget.leave();
        return same;
    }

    boolean less(Object left, Object right) {
        return ordered(left, right, false);
    }

    private boolean lessOrSame(Object left, Object right) {
        return ordered(left, right, true);
    }

    private boolean ordered(Object left, Object right, boolean orSame) {
        budget.step();
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            if (Numbers.isNan(left) || Numbers.isNan(right)) {
                return false;
            }
            return Numbers.compare(left, right) < (orSame ? 1 : 0);
        }
        if (left instanceof Text a && right instanceof Text b) {
            budget.read(a);
            return compareText(a.value(), b.value()) < (orSame ? 1 : 0);
        }
        if (left instanceof Sequence a && right instanceof Sequence b && a.isList() == b.isList()) {
            return orderedItems(a.items(), b.items(), orSame);
        }
        throw notOrdered(left, right);
    }

    private static TemplateFault notOrdered(Object left, Object right) {
        if (left instanceof Undefined undefined) {
            return undefined.fault();
        }
        if (right instanceof Undefined undefined) {
            return undefined.fault();
        }
        return new TemplateFault("%s and %s have no order".formatted(Types.name(left), Types.name(right)));
    }

    private boolean orderedItems(List<Object> left, List<Object> right, boolean orSame) {
        int common = Math.min(left.size(), right.size());
        for (int i = 0; i < common; i++) {
            if (!same(left.get(i), right.get(i))) {
                budget.enter();
                boolean result = ordered(left.get(i), right.get(i), orSame);
                budget.leave();
                return result;
            }
        }
        return left.size() < right.size() + (orSame ? 1 : 0);
    }

    /** By code points; the order of UTF-16 units is another. */
    private static int compareText(String left, String right) {
        int limit = Math.min(left.length(), right.length());
        for (int i = 0; i < limit; i++) {
            char a = left.charAt(i);
            char b = right.charAt(i);
            if (a != b) {
                boolean surrogates = Character.isSurrogate(a) != Character.isSurrogate(b);
                return surrogates ? Boolean.compare(Character.isSurrogate(a), Character.isSurrogate(b)) : a - b;
            }
        }
        return left.length() - right.length();
    }

    boolean contains(Object container, Object item) {
        return switch (container) {
            case Text text -> containsText(text, item);
            case Dict dict -> dict.get(item) != null;
            case DictView view when view.part() == DictView.Part.KEYS -> view.dict().get(item) != null;
            case Undefined undefined -> false;
            default -> containsItem(new Iteration(budget).of(container), item);
        };
    }

    private boolean containsText(Text text, Object item) {
        if (!(item instanceof Text part)) {
            throw new TemplateFault("only a string can be in a string, found %s".formatted(Types.name(item)));
        }
        budget.search(text, part);
        return text.value().contains(part.value());
    }

    private boolean containsItem(Iterator<Object> items, Object wanted) {
        while (items.hasNext()) {
            Object item = items.next();
            if (one(item, wanted) || same(item, wanted)) {
                return true;
            }
        }
        return false;
    }

    /** Python's {@code is}: the same object; strings and numbers are the same if they are equal and of one type. */
    static boolean identical(Object left, Object right) {
        return switch (left) {
            case Text text -> text.equals(right);
            case Long number -> number.equals(right);
            case Boolean flag -> flag.equals(right);
            case Double number -> number.equals(right);
            case BigInteger number -> number.equals(right);
            default -> one(left, right);
        };
    }

    @SuppressWarnings("ReferenceEquality") // Python's identity
    private static boolean one(Object left, Object right) {
        return left == right;
    }

    /** A value with its sort key. */
    record Keyed(Object key, Object value) {}

    /** A stable sort that asks for nothing but {@code <}, as Python's does. */
    List<Keyed> sorted(Collection<Keyed> items, boolean descending) {
        List<Keyed> all = new ArrayList<>(items);
        if (all.size() < 2) {
            return all;
        }
        int middle = all.size() / 2;
        List<Keyed> left = sorted(all.subList(0, middle), descending);
        List<Keyed> right = sorted(all.subList(middle, all.size()), descending);
        return merged(left, right, descending);
    }

    private List<Keyed> merged(List<Keyed> left, List<Keyed> right, boolean descending) {
        budget.spend(left.size() + right.size());
        List<Keyed> merged = new ArrayList<>(left.size() + right.size());
        int i = 0;
        int j = 0;
        while (i < left.size() && j < right.size()) {
            Object a = left.get(i).key();
            Object b = right.get(j).key();
            boolean rightFirst = descending ? less(a, b) : less(b, a);
            merged.add(rightFirst ? right.get(j++) : left.get(i++));
        }
        merged.addAll(left.subList(i, left.size()));
        merged.addAll(right.subList(j, right.size()));
        return merged;
    }
}
