package dev.llf.models;

/** Grades of a local model that follow from what can be measured. A step is a factor of two. */
final class Grades {

    private static final double GIB = 1L << 30;
    /** Tokens per second of the best grade. */
    private static final double FASTEST = 128;

    private Grades() {}

    /** 10 below 1 GiB, 9 from 1 GiB, 8 from 2 GiB and so on. */
    static int cost(long fileBytes) {
        return clamp(9 - log2(fileBytes / GIB));
    }

    /** 10 from 128 tokens a second, 9 from 64, 8 from 32 and so on. */
    static int speed(double tokensPerSecond) {
        return clamp(10 + log2(tokensPerSecond / FASTEST));
    }

    private static int log2(double value) {
        return Math.getExponent(value);
    }

    private static int clamp(int grade) {
        return Math.clamp(grade, 1, 10);
    }
}
