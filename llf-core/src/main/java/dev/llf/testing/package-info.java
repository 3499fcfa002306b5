/**
 * For the unit tests and first steps of programs that use LLF.
 *
 * <p>{@link dev.llf.testing.TinyModel} is a real model that ships with LLF: no download, milliseconds an answer.
 */
@NullMarked
package dev.llf.testing;

import org.jspecify.annotations.NullMarked;
