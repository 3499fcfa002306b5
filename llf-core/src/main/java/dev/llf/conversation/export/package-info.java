/**
 * Conversations as files for people and for other programs, and back.
 *
 * <p>Start at {@link dev.llf.conversation.export.ConversationExporter} and
 * {@link dev.llf.conversation.export.ConversationImporter}. The formats differ in their look only: what leaves the process
 * is decided once, before any of them sees it.
 */
@NullMarked
package dev.llf.conversation.export;

import org.jspecify.annotations.NullMarked;
