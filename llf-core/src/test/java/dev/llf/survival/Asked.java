package dev.llf.survival;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.Message;
import dev.llf.chat.ResponseFormat;
import dev.llf.chat.Sampling;
import dev.llf.gguf.GgufFile;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.testing.TinyModel;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** A model under attack and the ordinary question that it must go on to answer as before. */
final class Asked implements AutoCloseable {

    static final String QUESTION = "What is LLF?";
    static final int CONTEXT = 1024;

    private final LlamaChatModel model;
    private final String answer;

    Asked() {
        this(LlamaChatModel.builder(TinyModel.path()).contextTokens(CONTEXT).slots(2).threads(1).build());
    }

    Asked(LlamaChatModel model) {
        this.model = model;
        answer = ask(model);
    }

    LlamaChatModel model() {
        return model;
    }

    String answer() {
        return answer;
    }

    void checkUnharmed() {
        assertThat(ask(model)).isEqualTo(answer);
    }

    static String ask(ChatModel model) {
        return model.chat(greedy(QUESTION).maxTokens(40).build()).text();
    }

    ChatResponse chat(ChatRequest.Builder request) {
        return model.chat(request.build());
    }

    int count(String text) {
        return model.countTokens(ChatRequest.of(Message.user(text)));
    }

    static ChatRequest.Builder greedy(String text) {
        return ChatRequest.builder().messages(List.of(Message.user(text))).sampling(Sampling.greedy());
    }

    static ChatRequest.Builder bound(String gbnf) {
        return greedy(QUESTION).format(new ResponseFormat.Grammar(gbnf));
    }

    /** A request that goes on until its tokens are used up. */
    ChatRequest.Builder endless(int maxTokens) {
        return greedy("Count.").sampling(endless(model.gguf())).maxTokens(maxTokens);
    }

    static Sampling endless(GgufFile file) {
        Set<Integer> ends = file.vocabulary().orElseThrow().endOfGenerationIds();
        return Sampling.greedy().toBuilder().bannedTokens(ends).build();
    }

    @Override
    public void close() {
        model.close();
    }
}
