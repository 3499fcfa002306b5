/**
 * The log of a conversation: what was said, in turns that are whole or not there.
 *
 * <p>Start at {@link dev.llf.chat.Turn}. Everything here is safe for use by many threads.
 */
@NullMarked
package dev.llf.conversation;

import org.jspecify.annotations.NullMarked;
