package dev.llf.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The indexes that a slice picks from a sequence of known length.
 *
 * @param first the first index, within the length if any is picked
 * @param size  how many are picked
 */
record Slicing(int first, int size, long step) {

    /** Beyond the end of any sequence. */
    private static final long FAR = 1L << 40;

    static Slicing of(int length, @Nullable Object start, @Nullable Object stop, @Nullable Object step) {
        long stride = bound(step, 1);
        if (stride == 0) {
            throw new TemplateFault("the step of a slice must not be zero");
        }
        boolean forward = stride > 0;
        long from = clamp(bound(start, forward ? 0 : length - 1L), length, forward, absent(start));
        long to = clamp(bound(stop, forward ? length : -1L), length, forward, absent(stop));
        long distance = forward ? to - from : from - to;
        long size = distance <= 0 ? 0 : (distance - 1) / Math.abs(stride) + 1;
        return new Slicing((int) from, (int) size, stride);
    }

    private static boolean absent(@Nullable Object bound) {
        return bound == null || bound == None.NONE;
    }

    private static long bound(@Nullable Object bound, long absent) {
        if (bound == null || bound == None.NONE) {
            return absent;
        }
        if (bound instanceof BigInteger big) {
            return big.signum() * FAR;
        }
        return Math.max(-FAR, Math.min(FAR, Numbers.toLong(bound, "the bound of a slice")));
    }

    private static long clamp(long bound, int length, boolean forward, boolean absent) {
        long index = bound < 0 && !absent ? bound + length : bound;
        return forward ? Math.max(0, Math.min(length, index)) : Math.max(-1, Math.min(length - 1L, index));
    }

    List<Object> pick(List<Object> items) {
        List<Object> picked = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            picked.add(items.get((int) (first + i * step)));
        }
        return picked;
    }
}
