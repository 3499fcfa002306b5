/**
 * Turns, messages and entries of a conversation as JSON, for stores and export.
 *
 * <p>Not exported: the text that it writes is for others to read, the classes are not. Start at
 * {@link dev.llf.conversation.json.ConversationJson}.
 */
@NullMarked
package dev.llf.conversation.json;

import org.jspecify.annotations.NullMarked;
