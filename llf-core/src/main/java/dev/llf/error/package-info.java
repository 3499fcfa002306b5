/**
 * What can go wrong, split by what the caller can do about it.
 *
 * <p>Start at {@link dev.llf.error.LlfException}. Wrong arguments and wrong states stay
 * {@link java.lang.IllegalArgumentException} and {@link java.lang.IllegalStateException}. Every message says what failed,
 * where, what was found, what was expected and the next step; none carries prompt text or a secret.
 */
@NullMarked
package dev.llf.error;

import org.jspecify.annotations.NullMarked;
