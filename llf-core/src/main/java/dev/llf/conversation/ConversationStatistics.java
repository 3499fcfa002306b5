package dev.llf.conversation;

/**
 * How large a conversation is.
 *
 * @param turns        turns of all branches, those of deleted branches included
 * @param messages     messages of these turns
 * @param branchPoints turns, or the beginning, that more than one turn follows
 * @param leaves       turns that none follows
 * @param depth        turns of the longest path from the first to a last one
 * @param branches     named branches, without the deleted ones
 * @param promptTokens     tokens of all prompts together
 * @param cachedTokens     how many of them were not evaluated again
 * @param completionTokens tokens of all answers together
 */
public record ConversationStatistics(int turns, int messages, int branchPoints, int leaves, int depth, int branches,
        long promptTokens, long cachedTokens, long completionTokens) {}
