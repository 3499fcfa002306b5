/**
 * What sibling modules and users implement, so that LLF can work with it.
 *
 * <p>Each interface says which threads call it and who closes it.
 */
@NullMarked
package dev.llf.spi;

import org.jspecify.annotations.NullMarked;
