package dev.llf;

import dev.llf.chat.ChatModel;
import dev.llf.spi.TurnEvent;
import java.util.List;
import java.util.Optional;

record Selection(List<Answerer> answerers, Optional<String> chosen) {

    /** A model that may answer, under the name that the host knows it by. */
    record Answerer(String name, ChatModel model) {}

    Optional<String> decision(String name) {
        return chosen;
    }

    TurnEvent routed(TurnEvent.Moment moment, String name) {
        return new TurnEvent.Routed(moment, name, "only", "there is no other model");
    }
}
