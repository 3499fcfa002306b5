/**
 * Answers from the user's documents: an embedded index, retrieval and checked citations.
 *
 * <p>Empty in this release; the types arrive with the document search release.
 */
@NullMarked
package dev.llf.rag;

import org.jspecify.annotations.NullMarked;
