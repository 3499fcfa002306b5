package dev.llf.observe.analytics;

import java.nio.file.Path;
import java.time.Duration;

/** Main program of a child JVM: records events, each with a write of its own. */
public final class AnalyticsProcess {

    static final int EVENTS = 3000;

    private AnalyticsProcess() {}

    public static void main(String[] arguments) {
        try (AnalyticsStore store = AnalyticsStore.builder().directory(Path.of(arguments[0])).maxFileBytes(1 << 20)
                .open()) {
            for (int i = 0; i < EVENTS; i++) {
                store.record(Events.turn(Events.NOON, "child", i));
                if (!store.flush(Duration.ofSeconds(30))) {
                    throw new IllegalStateException("not written: " + store.statistics());
                }
            }
        }
    }
}
