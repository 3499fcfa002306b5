package dev.llf.template;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Python's generator: gives each of its items once. */
record Lazy(Iterator<Object> items) {

    /** The items that pass a test, which runs when the item is asked for. */
    static Iterator<Object> filtered(Iterator<Object> items, Predicate<Object> test) {
        return new Iterator<>() {
            private @Nullable Object next;

            @Override
            public boolean hasNext() {
                while (next == null && items.hasNext()) {
                    Object item = items.next();
                    if (test.test(item)) {
                        next = item;
                    }
                }
                return next != null;
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Object item = next;
                next = null;
                return Objects.requireNonNull(item);
            }
        };
    }
}
