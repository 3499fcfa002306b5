package dev.llf.conversation.prompts;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** How often templates were rendered; writing is put off so that a render costs no more than two additions. */
final class UsageCounters {

    private final Map<String, Counter> counters = new ConcurrentHashMap<>();

    /** A count, and how much of it the store does not know yet. */
    private record Counter(AtomicLong total, AtomicLong unsaved) {
        Counter() {
            this(new AtomicLong(), new AtomicLong());
        }
    }

    UsageCounters(Map<String, Long> saved) {
        saved.forEach((id, count) -> counter(id).total().set(count));
    }

    private Counter counter(String id) {
        return counters.computeIfAbsent(id, key -> new Counter());
    }

    void count(String id) {
        Counter counter = counter(id);
        counter.total().incrementAndGet();
        counter.unsaved().incrementAndGet();
    }

    long of(String id) {
        Counter counter = counters.get(id);
        return counter == null ? 0 : counter.total().get();
    }

    void forget(String id) {
        counters.remove(id);
    }

    /** Tells the store what it does not know yet; called by one thread at a time. */
    void flush(PromptTemplateStore store) {
        Map<String, Long> renders = new HashMap<>();
        counters.forEach((id, counter) -> {
            long unsaved = counter.unsaved().getAndSet(0);
            if (unsaved > 0) {
                renders.put(id, unsaved);
            }
        });
        if (renders.isEmpty()) {
            return;
        }
        boolean saved = false;
        try {
            store.addUsage(Map.copyOf(renders));
            saved = true;
        } finally {
            if (!saved) {
                renders.forEach((id, count) -> counter(id).unsaved().addAndGet(count));
            }
        }
    }
}
