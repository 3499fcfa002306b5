/**
 * Several models under names: loaded when they are asked for, shared, compared, and chosen from.
 *
 * <p>Start at {@link dev.llf.models.ModelPool}: it opens a model at its first request, keeps within a memory budget, and
 * closes idle models that give their memory back. {@link dev.llf.models.Router} chooses a model for a query by its
 * {@link dev.llf.models.ModelProfile}, {@link dev.llf.models.ModelComparison} puts one request to several models, and
 * {@link dev.llf.models.Ensemble} makes one answer of theirs.
 *
 * <p>Everything here is safe for use by many threads, except builders. The pool closes what it opened; models that the host
 * opened stay the host's.
 */
@NullMarked
package dev.llf.models;

import org.jspecify.annotations.NullMarked;
