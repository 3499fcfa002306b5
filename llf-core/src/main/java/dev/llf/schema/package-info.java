/**
 * What an answer may look like: grammars that bind the engine's output to a shape.
 *
 * <p>{@link dev.llf.schema.Grammar} reads and checks GBNF, the grammar language of llama.cpp, before the engine sees it: the
 * engine itself ignores what it cannot read, and answers with free text.
 *
 * <p>Immutable and thread-safe throughout; nothing here holds files or native memory.
 */
@NullMarked
package dev.llf.schema;

import org.jspecify.annotations.NullMarked;
