package dev.llf;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;

/** How the model is asked for something on the way to an answer, so that it is cancelled and counted with the turn. */
@FunctionalInterface
interface Asker {
    ChatResponse ask(ChatRequest.Builder request);
}
