package dev.llf;

import dev.llf.chat.ChatModel;
import dev.llf.models.RoutingDecision;
import dev.llf.spi.TurnEvent;
import java.util.List;
import java.util.Optional;

/**
 * Who may answer a turn.
 *
 * @param answerers the models, the preferred first; the others answer what does not fit those before them
 * @param decision  why in this order; empty if there is only one model
 */
record Selection(List<Answerer> answerers, Optional<RoutingDecision> decision) {

    /** A model under the name that the host knows it by. */
    record Answerer(String name, ChatModel model) {}

    TurnEvent routed(TurnEvent.Moment moment, Answerer chosen) {
        if (decision.isEmpty()) {
            return new TurnEvent.Routed(moment, chosen.name, "only", "there is no other model");
        }
        boolean first = chosen.equals(answerers.getFirst());
        String reason = first ? decision.get().reason() : "the prompt does not fit the models preferred to it";
        return new TurnEvent.Routed(moment, chosen.name, decision.get().strategy(), reason);
    }
}
