package dev.llf.conversation;

/**
 * How much of a growing amount is cut off its front so that no more than a maximum remains: nothing, and then always half
 * of the maximum more. It depends on the amount alone, so it needs no memory, and it changes as rarely as it can.
 *
 * @param cut what is cut off
 */
record Steps(int cut) {

    static Steps of(int amount, int max) {
        if (amount <= max) {
            return new Steps(0);
        }
        int step = Math.max(1, max - max / 2);
        int steps = Math.ceilDiv(amount - max, step);
        return new Steps((int) Math.min(amount, (long) steps * step));
    }
}
