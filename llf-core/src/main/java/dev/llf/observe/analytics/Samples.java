package dev.llf.observe.analytics;

import java.util.Arrays;
import java.util.Collection;

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

    Distribution distribution() {
        if (size == 0) {
            return Distribution.NONE;
        }
        Arrays.sort(values, 0, size);
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += values[i];
        }
        return new Distribution(size, sum / size, values[0], values[size - 1], rank(50), rank(90), rank(95), rank(99));
    }

    /** The number that stands in the place percent times size, rounded up, counted from 1. */
    private double rank(int percent) {
        return values[(int) (((long) percent * size + 99) / 100) - 1];
    }
}
