/**
 * The door to LLF: {@link dev.llf.Llf} opens a model, {@link dev.llf.Conversation} talks to it, {@link dev.llf.Reply} is
 * what comes back.
 *
 * <p>Calls block; run them on virtual threads where many run at once. Everything here may be used by many threads unless it
 * says otherwise. What is opened is closed by who opened it, best with try-with-resources.
 */
@NullMarked
package dev.llf;

import org.jspecify.annotations.NullMarked;
