/** Files as conversations, exports and templates need them: for their owner alone, and whole or not at all. */
@NullMarked
package dev.llf.conversation.files;

import org.jspecify.annotations.NullMarked;
