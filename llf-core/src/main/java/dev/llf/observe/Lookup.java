package dev.llf.observe;

/**
 * A question to the memory or to the documents.
 *
 * @param memory   whether it was the memory
 * @param interval when
 * @param found    how many memories or passages there were
 */
record Lookup(boolean memory, Interval interval, int found) {}
