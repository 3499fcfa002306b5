package dev.llf.models;

import java.util.Objects;

/**
 * A model that may be chosen.
 *
 * @param model   its name
 * @param profile what it is good for
 */
public record Candidate(String model, ModelProfile profile) {

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the name is not one that a {@link ModelPool} takes
     */
    public Candidate {
        ModelPool.checkName(model);
        Objects.requireNonNull(profile, "profile");
    }
}
