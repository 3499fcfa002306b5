package dev.llf.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code loop} variable: where a loop is. Looks ahead only when asked. */
final class LoopState implements Callable {

    /** Renders the loop again over other items. */
    interface Recursion {

        Text render(Object items, int depth0);
    }

    private final Object source;
    private final @Nullable Recursion recursion;
    private final int depth0;
    private Iterator<Object> items;
    private int index0 = -1;
    private int length = -1;
    private @Nullable Object previous;
    private @Nullable Object current;
    private @Nullable Object following;
    private @Nullable List<Object> lastChanged;

    LoopState(Object source, Iterator<Object> items, @Nullable Recursion recursion, int depth0) {
        this.source = source;
        this.items = items;
        this.recursion = recursion;
        this.depth0 = depth0;
    }

    boolean hasNext() {
        return following != null || items.hasNext();
    }

    Object next() {
        Object item = following != null ? following : items.next();
        following = null;
        index0++;
        previous = current;
        current = item;
        return item;
    }

    int index0() {
        return index0;
    }

    /** The rest of the items, taken from the loop. */
    Iterator<Object> remaining() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return LoopState.this.hasNext();
            }

            @Override
            public Object next() {
                return Sequence.tuple(LoopState.this.next(), LoopState.this);
            }
        };
    }

    int length() {
        if (length < 0) {
            length = source instanceof Lazy ? countRest() : Iteration.length(source);
        }
        return length;
    }

    private int countRest() {
        List<Object> rest = new ArrayList<>();
        items.forEachRemaining(rest::add);
        items = rest.iterator();
        return rest.size() + index0 + 1 + (following == null ? 0 : 1);
    }

    private @Nullable Object peek() {
        if (following == null && items.hasNext()) {
            following = items.next();
        }
        return following;
    }

    @Nullable
    Object attribute(String name) {
        return switch (name) {
            case "index" -> index0 + 1L;
            case "index0" -> (long) index0;
            case "revindex" -> (long) length() - index0;
            case "revindex0" -> length() - index0 - 1L;
            case "first" -> index0 == 0;
            case "last" -> peek() == null;
            case "length" -> (long) length();
            case "depth" -> depth0 + 1L;
            case "depth0" -> (long) depth0;
            case "previtem" -> present(index0 == 0 ? null : previous, "there is no previous item");
            case "nextitem" -> present(peek(), "there is no next item");
            case "cycle" -> (Callable) (arguments, interpreter) -> cycle(arguments);
            case "changed" -> (Callable) (arguments, interpreter) -> changed(arguments, interpreter);
            default -> null;
        };
    }

    private static Object present(@Nullable Object item, String complaint) {
        return item == null ? new Undefined(complaint) : item;
    }

    private Object cycle(Arguments arguments) {
        List<Object> values = arguments.only("cycle", 1, Integer.MAX_VALUE);
        return values.get(index0 % values.size());
    }

    private boolean changed(Arguments arguments, Interpreter interpreter) {
        List<Object> values = arguments.only("changed", 0, Integer.MAX_VALUE);
        boolean changed = lastChanged == null
                || !interpreter.comparison().same(Sequence.tuple(lastChanged), Sequence.tuple(values));
        lastChanged = values;
        return changed;
    }

    @Override
    public Object call(Arguments arguments, Interpreter interpreter) {
        if (recursion == null) {
            throw new TemplateFault("'loop' can be called only in a loop marked 'recursive'");
        }
        return recursion.render(arguments.bind("loop", "iterable").required(0), depth0 + 1);
    }
}
