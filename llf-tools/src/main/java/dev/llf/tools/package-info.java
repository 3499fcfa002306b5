/**
 * Tools that a model can call, safely: declaring them, checking their arguments, running them within limits.
 *
 * <p>Empty in this release; the types arrive with the tools release.
 */
@NullMarked
package dev.llf.tools;

import org.jspecify.annotations.NullMarked;
