/**
 * What turns did and how long it took: traces, metrics, a log of slow turns.
 *
 * <p>Everything here is a {@link dev.llf.spi.TurnListener} that only looks on: it starts no work, changes no turn, and has
 * no thread. Start at {@link dev.llf.observe.Tracer} to see one turn, at {@link dev.llf.observe.Metrics} to see many.
 *
 * <p>Everything is safe for use by many threads and bounded, also where turns never end. What was said is kept out of all
 * of it, unless {@link dev.llf.observe.Tracer.Builder#content} asks for it.
 */
@NullMarked
package dev.llf.observe;

import org.jspecify.annotations.NullMarked;
