package dev.llf.conversation;

/**
 * What stands for the first turns of a path.
 *
 * @param turns how many turns it covers, from the first on
 * @param text  the summary
 */
public record Summary(int turns, String text) {}
