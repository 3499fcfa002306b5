package dev.llf.models;

import dev.llf.llamacpp.Preflight;
import java.util.Collection;

/**
 * What loading takes.
 *
 * @param space          what the models take
 * @param newBytes       what of that is not in memory yet
 * @param availableBytes what the machine has free
 * @param closedBytes    what is in memory of models that were closed and cannot be freed
 */
record Need(Space space, long newBytes, long availableBytes, long closedBytes) {

    static Need of(Collection<Preflight> found) {
        return new Need(new Space(found.stream().mapToLong(Preflight::estimatedBytes).sum(), found.size()),
                found.stream().filter(each -> !each.loaded()).mapToLong(Preflight::estimatedBytes).sum(),
                found.stream().mapToLong(Preflight::availableBytes).min().orElse(0),
                found.stream().mapToLong(Preflight::closedBytes).max().orElse(0));
    }

    boolean fitsMachine(Space gone) {
        return newBytes <= availableBytes + gone.bytes();
    }
}
