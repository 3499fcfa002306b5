package dev.llf.observe.analytics;

import dev.llf.observe.Distribution;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;

/** Numbers in 8 bytes each. */
final class Samples {

    private double[] values = new double[16];
    private int size;

    void add(double value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size + (size >> 1));
        }
        values[size++] = value;
    }

    static Samples all(Collection<Samples> parts) {
        Samples all = new Samples();
        all.values = new double[Math.max(1, parts.stream().mapToInt(part -> part.size).sum())];
        for (Samples part : parts) {
            System.arraycopy(part.values, 0, all.values, all.size, part.size);
            all.size += part.size;
        }
        return all;
    }

    Optional<Distribution> distribution() {
        return Distribution.of(Arrays.stream(values, 0, size));
    }
}
