package dev.llf.models;

import java.util.Collection;

/**
 * Room in memory.
 *
 * @param bytes  how much
 * @param models for how many models
 */
record Space(long bytes, int models) {

    static final Space NONE = new Space(0, 0);

    /** Returns what models take; their lock is held. */
    static Space of(Collection<? extends PooledModel<?>> models) {
        return new Space(models.stream().mapToLong(each -> each.bytes).sum(), models.size());
    }
}
