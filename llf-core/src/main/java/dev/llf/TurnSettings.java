package dev.llf;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.Message;
import dev.llf.chat.Sampling;
import dev.llf.conversation.Window;
import dev.llf.spi.ToolBox;
import dev.llf.spi.TurnListener;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What all turns of one {@link Llf} have in common. */
record TurnSettings(Models models, ChatModel model, Optional<String> system, Optional<ToolBox> tools,
        Optional<Sampling> sampling,
        OptionalInt maxTokens, OptionalInt answerTokens, Window window, Optional<Duration> timeout,
        Clock clock, List<TurnListener> listeners) {

    /** The part of the context that is kept free for the answer unless the host says otherwise. */
    private static final int ANSWER_SHARE = 4;

    /** Returns the same with another of the models. */
    TurnSettings with(ChatModel other) {
        return other.equals(model) ? this
                : new TurnSettings(models, other, system, tools, sampling, maxTokens, answerTokens, window, timeout,
                        clock, listeners);
    }

    /** Returns how many tokens are kept free for the answer while there is history that could give way. */
    int reserved() {
        int share = model.info().contextTokens() / ANSWER_SHARE;
        return answerTokens.orElse(Math.min(share, maxTokens.orElse(share)));
    }

    /** Returns the request of a question that belongs to no conversation. */
    ChatRequest request(String question) {
        List<Message> messages = new ArrayList<>();
        system.ifPresent(text -> messages.add(Message.system(text)));
        messages.add(Message.user(question));
        ChatRequest.Builder request = ChatRequest.builder().messages(messages);
        sampling.ifPresent(request::sampling);
        maxTokens.ifPresent(request::maxTokens);
        timeout.ifPresent(request::timeout);
        return request.build();
    }

    /** Asks the model for something outside of any turn. */
    ChatResponse ask(ChatRequest.Builder request) {
        sampling.ifPresent(request::sampling);
        timeout.ifPresent(request::timeout);
        return model.chat(request.build());
    }
}
