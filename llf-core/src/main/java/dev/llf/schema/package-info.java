/**
 * What an answer may look like: grammars and schemas that bind the engine's output to a shape.
 *
 * <p>{@link dev.llf.schema.Grammar} reads and checks GBNF, the grammar language of llama.cpp, before the engine sees it: the
 * engine itself ignores what it cannot read, and answers with free text. {@link dev.llf.schema.JsonSchema} describes JSON
 * documents, from a Java type or a text, and writes their grammar; {@link dev.llf.schema.JsonType} turns documents into
 * Java values, {@link dev.llf.schema.PartialJson} those that are still being written.
 *
 * <p>Immutable and thread-safe throughout; nothing here holds files or native memory.
 */
@NullMarked
package dev.llf.schema;

import org.jspecify.annotations.NullMarked;
