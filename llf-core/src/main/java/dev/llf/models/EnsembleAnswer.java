package dev.llf.models;

import java.util.List;

/**
 * The one answer that was made of several.
 *
 * @param text   the answer
 * @param models the names of the models behind it: those whose answers it holds, or who gave it; at least one
 */
public record EnsembleAnswer(String text, List<String> models) {

    /** Copies the list. */
    public EnsembleAnswer {
        models = List.copyOf(models);
    }
}
