package dev.llf.examples;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.Message;
import dev.llf.chat.ResponseFormat;
import dev.llf.chat.Sampling;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.schema.GrammarException;
import dev.llf.testing.TinyModel;
import java.util.List;

/** An answer that can only be one of three words, and a grammar that is refused before the engine sees it. */
public final class GrammarExample {

    private GrammarExample() {}

    /**
     * Runs the example.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        try (LlamaChatModel model = LlamaChatModel.builder(TinyModel.path()).sampling(Sampling.greedy()).build()) {
            String text = "Classify the sentiment as positive, negative or neutral: I love this lamp.";
            System.out.println(ask(model, text, "root ::= \"positive\" | \"negative\" | \"neutral\"").text());
            try {
                ask(model, text, "root ::= answer");
            } catch (GrammarException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }

    private static ChatResponse ask(LlamaChatModel model, String text, String gbnf) {
        return model.chat(ChatRequest.builder().messages(List.of(Message.user(text)))
                .format(new ResponseFormat.Grammar(gbnf)).build());
    }
}
