package dev.llf.conversation.export;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What an import did besides reading, each kind once with how often. */
final class ImportWarnings {

    private final Map<String, Integer> counts = new LinkedHashMap<>();

    void add(String warning) {
        counts.merge(warning, 1, Integer::sum);
    }

    List<String> all() {
        return counts.entrySet().stream()
                .map(each -> each.getValue() == 1 ? each.getKey() : each.getKey() + " (" + each.getValue() + " times)")
                .toList();
    }
}
