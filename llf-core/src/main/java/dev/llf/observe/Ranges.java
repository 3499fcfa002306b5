package dev.llf.observe;

/** Checks of sizes. */
final class Ranges {

    private Ranges() {}

    /** Returns the value if it is between 1 and the greatest. */
    static int check(String what, int value, int greatest) {
        if (value < 1 || value > greatest) {
            throw new IllegalArgumentException("%s must be 1 to %d, was %d".formatted(what, greatest, value));
        }
        return value;
    }
}
