package dev.llf.llamacpp;

/**
 * Counts how often in a row nothing was heard of a worker when its host looked.
 *
 * <p>Looks and not time, because a host that was stopped itself would find that long ago, though the signs of life lie
 * unread in the pipe.
 */
final class Silence {

    private volatile boolean heard;
    private volatile int allowed;
    private int looks; // of the one thread that looks

    Silence(int allowed) {
        this.allowed = allowed;
    }

    void heard() {
        heard = true;
    }

    void allow(int count) {
        allowed = count;
    }

    /** Looks, and tells whether nothing was heard as often as is allowed. */
    boolean isTooLong() {
        looks = heard ? 0 : looks + 1;
        heard = false;
        return looks >= allowed;
    }
}
