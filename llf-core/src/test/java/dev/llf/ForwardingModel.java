package dev.llf;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStream;
import dev.llf.chat.ModelInfo;

/** A model that does what another one does, but for what a test overrides. */
class ForwardingModel implements ChatModel {

    private final ChatModel model;

    ForwardingModel(ChatModel model) {
        this.model = model;
    }

    @Override
    public ChatStream stream(ChatRequest request) {
        return model.stream(request);
    }

    @Override
    public int countTokens(ChatRequest request) {
        return model.countTokens(request);
    }

    @Override
    public ModelInfo info() {
        return model.info();
    }

    @Override
    public void close() {
        model.close();
    }
}
