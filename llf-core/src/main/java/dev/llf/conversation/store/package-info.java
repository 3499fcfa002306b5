/**
 * Where conversations are kept: in memory, or in files of JSON lines.
 *
 * <p>Start at {@link dev.llf.conversation.store.JsonLinesConversationStore}. Everything here is safe for use by many
 * threads.
 */
@NullMarked
package dev.llf.conversation.store;

import org.jspecify.annotations.NullMarked;
