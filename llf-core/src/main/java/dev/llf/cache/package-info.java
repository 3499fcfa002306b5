/**
 * Resources of LLF's own jars as files: some code outside the JVM reads files only.
 *
 * <p>Not exported. Start at {@link dev.llf.cache.ResourceCache}.
 */
@NullMarked
package dev.llf.cache;

import org.jspecify.annotations.NullMarked;
