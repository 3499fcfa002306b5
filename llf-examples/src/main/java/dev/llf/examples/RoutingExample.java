package dev.llf.examples;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.Reply;
import dev.llf.chat.Sampling;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.llamacpp.Preflight;
import dev.llf.models.ModelPool;
import dev.llf.models.ModelProfile;
import dev.llf.models.Router;
import dev.llf.models.RoutingDecision;
import dev.llf.testing.TinyModel;

/**
 * Two models in one program: each question goes to the one that suits it, and a conversation goes on with another model.
 * Both are TinyModel here, one with a short context; use a small and a large model of your own.
 */
public final class RoutingExample {

    private static final String LONG = "Repeat: " + "blue 42, ".repeat(40).strip();

    private RoutingExample() {}

    /**
     * Runs the example.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        ModelProfile simple = ModelProfile.builder().complexity(3).build();
        ModelProfile able = ModelProfile.builder().complexity(8).build();
        try (ModelPool pool = ModelPool.builder()
                .model("small", LlamaChatModel.builder(TinyModel.path()).contextTokens(128).slots(1), simple)
                .model("large", LlamaChatModel.builder(TinyModel.path()).contextTokens(1024).slots(1), able).build()) {
            pool.preflight().forEach(RoutingExample::show); // before anything is loaded
            try (Llf llf = Llf.builder().models(pool).router(Router.complexity()).sampling(Sampling.greedy())
                    .maxTokens(40).build()) {
                Conversation talk = llf.conversation();
                say(talk, "My name is Ada.");
                say(talk, "Analyze, compare and explain in detail: what can you do?");
                say(llf.conversation(), LONG); // does not fit the small model, so the other one answers
                System.out.println("\nfrom now on the large one, which is shown all that was said before:");
                say(talk.withModel("large"), "What is my name?");
            }
            System.out.println();
            pool.statistics().models().forEach(model -> System.out.printf("%s was loaded %d times, in %d ms%n",
                    model.name(), model.loads(), model.loadTime().toMillis()));
        }
    }

    private static void show(String name, Preflight report) {
        System.out.printf("%s: %s, %s, about %d MB, fits: %s%n", name, report.architecture().orElse("?"),
                report.quantisation().orElse("?"), report.estimatedBytes() >> 20, report.fits());
    }

    private static void say(Conversation talk, String text) {
        Reply reply = talk.send(text);
        RoutingDecision decision = reply.routing().orElseThrow();
        String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
        System.out.printf("%nyou> %s%n%s> %s%n  %s chosen by %s: %s%n", shown, reply.turn().model(), reply.text(),
                decision.model(), decision.strategy(), decision.reason());
        if (!decision.model().equals(reply.turn().model())) {
            System.out.println("  but the prompt does not fit it");
        }
    }
}
