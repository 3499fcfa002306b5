package dev.llf.template;

import java.util.List;
import java.util.stream.Stream;

/** The keys, values or pairs of a dict. */
record DictView(Dict dict, Part part) {

    enum Part {
        KEYS, VALUES, ITEMS
    }

    List<Object> items() {
        Stream<Object> items = dict.entries().stream().map(entry -> switch (part) {
            case KEYS -> entry.key();
            case VALUES -> entry.value();
            case ITEMS -> Sequence.tuple(entry.key(), entry.value());
        });
        return items.toList();
    }
}
