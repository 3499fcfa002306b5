package dev.llf;

import dev.llf.chat.ChatModel;
import java.util.List;
import java.util.Optional;

/** The models of one {@link Llf}, and who chooses among them. */
final class Models {

    private final ChatModel only;

    Models(ChatModel only) {
        this.only = only;
    }

    /** Returns the models that may answer, the best first. */
    Selection select(TurnOptions options, String question) {
        return new Selection(List.of(new Selection.Answerer(only.info().name(), only)), Optional.empty());
    }

    /**
     * Checks that there is such a model.
     *
     * @throws IllegalArgumentException if not
     */
    void check(String name) {
        if (!name.equals(only.info().name())) {
            throw new IllegalArgumentException("There is no model %s".formatted(name));
        }
    }
}
