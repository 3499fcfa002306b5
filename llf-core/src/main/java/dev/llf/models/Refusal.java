package dev.llf.models;

import dev.llf.error.BusyException;
import dev.llf.error.InsufficientMemoryException;
import dev.llf.error.LlfException;
import dev.llf.llamacpp.Preflight;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Says why a model is not loaded; made under the lock of {@link Residents}.
 *
 * @param name   the model
 * @param need   what it takes
 * @param limits what the pool may take
 * @param open   the models that are loaded
 */
record Refusal(String name, Need need, Limits limits, List<PooledModel<?>> open) {

    LlfException toException(boolean onlyBusy, Preflight found) {
        Optional<LlfException> shortage = found.problems().stream()
                .filter(InsufficientMemoryException.class::isInstance).findFirst();
        if (onlyBusy) {
            return new BusyException("%s Some of them are in use; ask again when they are idle.".formatted(facts()),
                    open.stream().mapToInt(each -> each.users).sum(), Duration.ZERO);
        }
        if (open.isEmpty() && shortage.isPresent()) {
            return shortage.get();
        }
        return new PoolFullException("%s %s".formatted(facts(), advice()), resident(), shortage.orElse(null));
    }

    private String facts() {
        String loaded = open.stream().map(each -> "%s (%s)".formatted(each.name(), size(each.bytes)))
                .collect(Collectors.joining(", "));
        return "The model '%s' needs about %s, and %s. Loaded: %s.%s".formatted(name, size(need.space().bytes()),
                String.join(" and ", shortages()), loaded.isEmpty() ? "none" : loaded, closed());
    }

    private String closed() {
        return need.closedBytes() == 0 ? ""
                : " Models that were closed in this JVM still take %s.".formatted(size(need.closedBytes()));
    }

    private List<String> shortages() {
        List<String> shortages = new ArrayList<>();
        if (open.size() >= limits.models()) {
            shortages.add("maxResident is %d".formatted(limits.models()));
        }
        if (!new Limits(limits.bytes(), Integer.MAX_VALUE).allow(Space.of(open), Space.NONE, anywhere())) {
            shortages.add("memoryBudget is %s".formatted(size(limits.bytes())));
        }
        if (!need.fitsMachine(Space.NONE)) {
            shortages.add("the machine has %s free".formatted(size(need.availableBytes())));
        }
        return shortages;
    }

    /** The same on a machine without end. */
    private Need anywhere() {
        return new Need(need.space(), 0, 0, need.closedBytes());
    }

    private static String advice() {
        return "A model that runs in this process keeps its memory until the JVM ends. Raise the limit, use a smaller "
                + "model, fewer contextTokens or slots, or give models processes of their own with "
                + "isolation(Isolation.WORKER_JVM).";
    }

    private Map<String, Long> resident() {
        Map<String, Long> resident = new LinkedHashMap<>();
        open.forEach(each -> resident.put(each.name(), each.bytes));
        return resident;
    }

    private static String size(long bytes) {
        double mebibytes = bytes / (double) (1L << 20);
        return mebibytes < 1024 ? "%.1f MiB".formatted(mebibytes) : "%.1f GiB".formatted(mebibytes / 1024);
    }
}
