package dev.llf.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llf.schema.SchemaNode.Kind;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells whether a document can be more than one of some alternatives. */
final class Alternatives {

    /** Enough to see through a reference to a reference. */
    private static final int MAX_REFERENCES = 8;

    private Alternatives() {}

    static boolean mayOverlap(List<SchemaNode> alternatives) {
        if (alternatives.size() > 100) {
            return true;
        }
        for (int i = 1; i < alternatives.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (!areApart(resolved(alternatives.get(i)), resolved(alternatives.get(j)))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static SchemaNode resolved(SchemaNode schema) {
        SchemaNode node = schema;
        for (int i = 0; i < MAX_REFERENCES; i++) {
            SchemaNode target = node.target;
            if (target == null) {
                return node;
            }
            node = target;
        }
        return node;
    }

    /** By their types, their values, or the values of a property that both must have. */
    private static boolean areApart(SchemaNode one, SchemaNode other) {
        Set<Kind> kinds = one.kinds;
        boolean types = kinds != null && other.kinds != null && kinds.stream().noneMatch(other::allows)
                && other.kinds.stream().noneMatch(one::allows);
        if (types || haveOtherValues(one, other)) {
            return true;
        }
        boolean objects = kinds != null && kinds.equals(Set.of(Kind.OBJECT)) && kinds.equals(other.kinds);
        if (!objects) {
            return false;
        }
        for (Map.Entry<String, SchemaNode> property : one.properties.entrySet()) {
            SchemaNode there = other.properties.get(property.getKey());
            boolean needed = one.required.contains(property.getKey()) && other.required.contains(property.getKey());
            if (needed && there != null && haveOtherValues(property.getValue(), there)) {
                return true;
            }
        }
        return false;
    }

    private static boolean haveOtherValues(SchemaNode one, SchemaNode other) {
        List<JsonNode> values = one.values;
        List<JsonNode> others = other.values;
        if (values != null && others != null) {
            return values.stream().noneMatch(value -> others.stream().anyMatch(each -> JsonValues.equal(value, each)));
        }
        return false;
    }
}
