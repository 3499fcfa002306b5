package dev.llf.examples;

import dev.llf.Conversation;
import dev.llf.Llf;
import dev.llf.ReplyStream;
import dev.llf.chat.Sampling;
import dev.llf.observe.Distribution;
import dev.llf.observe.Metrics;
import dev.llf.observe.MetricsSnapshot;
import dev.llf.observe.Totals;
import dev.llf.observe.TurnMetrics;
import dev.llf.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Figures of all turns: how many, how long, how fast, how much came from the cache; kept in memory and written to a file. */
public final class MetricsExample {

    private static final List<String> SAID = List.of("My name is Ada.", "I live in Rome.", "My hobby is chess.",
            "What is my name?", "Where do I live?", "What is my hobby?", "What is LLF?", "What can you do?",
            "Repeat: blue lamp", "Thank you!");

    private MetricsExample() {}

    /**
     * Runs the example.
     *
     * @param args ignored
     * @throws IOException if the file cannot be written
     */
    public static void main(String[] args) throws IOException {
        Metrics metrics = new Metrics();
        try (TemporaryDirectory directory = TemporaryDirectory.create();
                Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).sampling(Sampling.greedy())
                        .listener(metrics).build()) {
            Conversation talk = llf.conversation();
            SAID.forEach(talk::send);
            try (ReplyStream stream = talk.stream("What is LLF?")) {
                stream.cancel(); // is counted, too
            }
            show(metrics.snapshot());
            System.out.println("\nthe last three:");
            metrics.recent(3).forEach(MetricsExample::show);

            Path file = directory.path().resolve("turns.json");
            metrics.writeJson(file);
            System.out.printf("written: %d bytes of JSON%n", Files.size(file));
        }
    }

    private static void show(MetricsSnapshot all) {
        Totals totals = all.totals();
        System.out.printf("%d turns: %d answered, %d cancelled, %d failed%n", totals.turns(), totals.ok(),
                totals.cancelled(), totals.errors());
        System.out.printf("%d prompt tokens, %.0f %% of them from the cache; %d written%n", totals.promptTokens(),
                100 * totals.cacheHitShare().orElse(0), totals.completionTokens());
        System.out.printf("%n%-22s %9s %9s %9s %9s%n", "", "p50", "p95", "p99", "max");
        show("waiting, ms", all.queueSeconds(), 1000);
        show("to the first token, ms", all.firstTokenSeconds(), 1000);
        show("whole turn, ms", all.totalSeconds(), 1000);
        show("decoding, tokens/s", all.decodeTokensPerSecond(), 1);
        all.decodeThroughput().ifPresent(speed -> System.out.printf("all decoding together: %.0f tokens/s%n", speed));
    }

    private static void show(String what, Optional<Distribution> figures, int unit) {
        figures.ifPresent(found -> System.out.printf("%-22s %9.1f %9.1f %9.1f %9.1f%n", what, unit * found.p50(),
                unit * found.p95(), unit * found.p99(), unit * found.max()));
    }

    private static void show(TurnMetrics turn) {
        System.out.printf("%s %s: %d + %d tokens in %d ms%n", turn.turn(), turn.outcome(), turn.usage().promptTokens(),
                turn.usage().completionTokens(), turn.total().toMillis());
    }
}
