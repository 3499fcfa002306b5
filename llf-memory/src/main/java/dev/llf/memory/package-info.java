/**
 * What the model remembers between conversations: durable stores and the long-term memory over them.
 *
 * <p>Empty in this release; the types arrive with the memory release.
 */
@NullMarked
package dev.llf.memory;

import org.jspecify.annotations.NullMarked;
