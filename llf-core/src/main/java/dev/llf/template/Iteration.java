package dev.llf.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/** Going through the items of a value, and counting them. Each item costs a step. */
final class Iteration {

    private final Budget budget;

    Iteration(Budget budget) {
        this.budget = budget;
    }

    static boolean isIterable(Object value) {
        return value instanceof Text || value instanceof LoopState || value instanceof Undefined || isContainer(value);
    }

    private static boolean isContainer(Object value) {
        return value instanceof Sequence || value instanceof Dict || value instanceof DictView || value instanceof Range
                || value instanceof Lazy;
    }

    /** The items; a generator gives up those that are taken. */
    Iterator<Object> of(Object value) {
        Iterator<Object> items = switch (value) {
            case Text text -> characters(text);
            case Sequence sequence -> sequence.items().iterator();
            case Dict dict -> new DictView(dict, DictView.Part.KEYS).items().iterator();
            case DictView view -> view.items().iterator();
            case Range range -> range.items().iterator();
            case Lazy lazy -> lazy.items();
            case Undefined undefined -> Collections.emptyIterator();
            case LoopState loop -> loop.remaining();
            default -> throw new TemplateFault("%s cannot be iterated over".formatted(Types.name(value)));
        };
        return value instanceof Lazy ? items : counted(items);
    }

    List<Object> list(Object value) {
        List<Object> found = new ArrayList<>();
        of(value).forEachRemaining(found::add);
        return found;
    }

    Iterator<Object> counted(Iterator<Object> items) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            public Object next() {
                budget.step();
                return items.next();
            }
        };
    }

    private static Iterator<Object> characters(Text text) {
        String value = text.value();
        if (text.length() == value.length()) {
            return IntStream.range(0, value.length()).<Object>mapToObj(i -> text.sub(i, i + 1)).iterator();
        }
        return new Iterator<>() {
            private int at;

            @Override
            public boolean hasNext() {
                return at < value.length();
            }

            @Override
            public Object next() {
                int start = at;
                at += Character.charCount(value.codePointAt(at));
                return text.sub(start, at);
            }
        };
    }

    static int length(Object value) {
        return switch (value) {
            case Text text -> text.length();
            case Sequence sequence -> sequence.size();
            case Dict dict -> dict.size();
            case DictView view -> view.dict().size();
            case Range range -> range.size();
            case Undefined undefined -> 0;
            case LoopState loop -> loop.length();
            default -> throw new TemplateFault("%s has no length".formatted(Types.name(value)));
        };
    }
}
