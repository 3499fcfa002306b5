package dev.llf;

import dev.llf.chat.Priority;
import java.util.Optional;

/**
 * How the turns of one {@link Conversation} object are made, apart from what all turns have in common.
 *
 * @param model    the name of the model that answers; empty for the router's choice
 * @param tenant   for whom
 * @param priority among what waits for the model
 */
record TurnOptions(Optional<String> model, Optional<String> tenant, Priority priority) {

    static final TurnOptions NONE = new TurnOptions(Optional.empty(), Optional.empty(), Priority.NORMAL);

    TurnOptions withModel(String name) {
        return new TurnOptions(Optional.of(name), tenant, priority);
    }

    TurnOptions withTenant(String name) {
        return new TurnOptions(model, Optional.of(name), priority);
    }

    TurnOptions withPriority(Priority level) {
        return new TurnOptions(model, tenant, level);
    }
}
