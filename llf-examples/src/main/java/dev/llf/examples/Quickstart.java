package dev.llf.examples;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.Reply;
import dev.llf.ReplyStream;
import dev.llf.chat.Sampling;
import dev.llf.chat.Timings;
import dev.llf.gguf.GgufFile;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.util.List;

/** A short conversation, streamed, with its speed: with TinyModel, or with the model file that LLF_MODEL names. */
public final class Quickstart {

    private Quickstart() {}

    /**
     * Runs the example.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        String named = System.getenv("LLF_MODEL");
        Path file = named == null || named.isBlank() ? TinyModel.path() : Path.of(named);
        try (LlamaChatModel model = LlamaChatModel.builder(file).slots(1).build();
                Llf llf = Llf.builder().model(model).sampling(Sampling.greedy()).maxTokens(200).build()) {
            describe(model);
            Conversation talk = llf.conversation();
            for (String text : List.of("Hello!", "My name is Ada.", "What is LLF?", "What is my name?")) {
                System.out.println("you> " + text);
                System.out.print("llf> ");
                try (ReplyStream stream = talk.stream(text)) {
                    report(stream.forEachText(piece -> {
                        System.out.print(piece);
                        System.out.flush();
                    }));
                }
            }
        }
    }

    private static void describe(LlamaChatModel model) {
        GgufFile gguf = model.gguf();
        System.out.printf("%s: %s, %s, %.1f million parameters, context %d, %d thread(s) (%s)%n%n", gguf.name(),
                gguf.architecture(), gguf.quantisation(), gguf.parameterCount() / 1e6, model.info().contextTokens(),
                model.threads(), model.threadsReason());
    }

    private static void report(Reply reply) {
        Timings timings = reply.timings();
        System.out.printf(
                "%n     [%d prompt tokens, %d of them cached; first token after %.1f ms; %d tokens at %.0f tokens/s]%n",
                reply.usage().promptTokens(), reply.usage().cachedTokens(), timings.firstToken().toNanos() / 1e6,
                reply.usage().completionTokens(), timings.tokensPerSecond());
    }
}
