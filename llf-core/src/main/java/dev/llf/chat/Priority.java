package dev.llf.chat;

/**
 * How much a request matters among those that wait for a model. Of many that wait, more are served of a higher priority,
 * but some of each: nothing waits for ever.
 */
public enum Priority {
    /** Somebody waits for it, and it is short. */
    HIGH,
    /** The usual one. */
    NORMAL,
    /** Work in the background, which may take its time. */
    LOW
}
