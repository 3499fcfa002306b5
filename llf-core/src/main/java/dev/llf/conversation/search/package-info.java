/**
 * Finding words in conversations: as the user types, in one conversation or in many.
 *
 * <p>Start at {@link dev.llf.conversation.search.SearchQuery}; {@link dev.llf.conversation.search.ConversationIndex} makes
 * repeated searches fast. Hits say where they are by ranges; the messages themselves are never changed, and
 * {@link dev.llf.conversation.search.HitRenderer} makes marked copies to show.
 */
@NullMarked
package dev.llf.conversation.search;

import org.jspecify.annotations.NullMarked;
