package dev.llf.models;

import dev.llf.llamacpp.Preflight;
import java.util.function.Supplier;

/**
 * Where the pool gets a model from.
 *
 * @param preflight tells what opening it would take
 * @param open      opens it
 * @param <T>       the kind of model
 */
record Source<T extends AutoCloseable>(Supplier<Preflight> preflight, Supplier<T> open) {}
