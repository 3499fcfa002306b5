package dev.llf.examples;

import dev.llf.Llf;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.Sampling;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.models.Ensemble;
import dev.llf.models.EnsembleAnswer;
import dev.llf.models.ModelComparison;
import dev.llf.models.ModelPool;
import dev.llf.testing.TinyModel;

/**
 * One question to several models: their answers side by side, and one answer made of them. All are TinyModel here, with
 * different sampling; one has so short a context that it must refuse.
 */
public final class ComparisonExample {

    private static final String QUESTION = "Choose one of billing, technical, sales: The screen stays black.";

    private ComparisonExample() {}

    /**
     * Runs the example.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        try (ModelPool pool = ModelPool.builder()
                .model("sure", LlamaChatModel.builder(TinyModel.path()).contextTokens(512).sampling(Sampling.greedy()))
                .model("lively", LlamaChatModel.builder(TinyModel.path()).contextTokens(512)
                        .sampling(Sampling.builder().temperature(0.7f).seed(7).build()))
                .model("narrow", LlamaChatModel.builder(TinyModel.path()).contextTokens(16).slots(1)).build();
                Llf llf = Llf.builder().models(pool).build()) {
            System.out.println(QUESTION);
            for (ModelComparison.Answer answer : llf.compare(QUESTION)) {
                switch (answer) {
                    case ModelComparison.Success success -> show(success.model(), success.response());
                    case ModelComparison.Failure failure ->
                        System.out.printf("%n%s refused: %s%n", failure.model(), failure.cause().getMessage());
                }
            }
            show("vote", llf.ensemble(Ensemble.vote(), QUESTION));
            show("concat", llf.ensemble(Ensemble.concat(), QUESTION, "sure", "lively"));
        }
    }

    private static void show(String model, ChatResponse response) {
        System.out.printf("%n%s: %s%n  %d + %d tokens, first after %d ms%n", model, response.text(),
                response.usage().promptTokens(), response.usage().completionTokens(),
                response.timings().firstToken().toMillis());
    }

    private static void show(String how, EnsembleAnswer answer) {
        System.out.printf("%n%s, from %s:%n%s%n", how, answer.models(), answer.text());
    }
}
