package dev.llf.conversation.prompts;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A store that ends with the process. Safe for use by many threads. */
public final class MemoryPromptTemplateStore implements PromptTemplateStore {

    private final Map<String, PromptHistory> templates = new ConcurrentHashMap<>();
    private final Map<String, Long> usage = new ConcurrentHashMap<>();

    /** Creates an empty store. */
    public MemoryPromptTemplateStore() {}

    @Override
    public Loaded load() {
        return new Loaded(List.copyOf(templates.values()), usage, List.of());
    }

    @Override
    public void save(PromptHistory history) {
        templates.put(history.id(), history);
    }

    @Override
    public void delete(String id) {
        templates.remove(id);
        usage.remove(id);
    }

    @Override
    public void addUsage(Map<String, Long> renders) {
        renders.forEach((id, count) -> usage.merge(id, count, Long::sum));
    }
}
