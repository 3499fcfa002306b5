package dev.llf.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llf.schema.SchemaNode.Kind;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares a document with a schema. One use, one thread. */
final class Validator {

    static final int MAX_VIOLATIONS = 100;
    /** Schemas looked at; more is a schema of alternatives in alternatives without end. */
    private static final int MAX_STEPS = 1_000_000;
    private static final int MAX_DEPTH = 600;

    private static final BigDecimal MIN_INT = BigDecimal.valueOf(Integer.MIN_VALUE);
    private static final BigDecimal MAX_INT = BigDecimal.valueOf(Integer.MAX_VALUE);
    private static final BigDecimal MIN_LONG = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal MAX_LONG = BigDecimal.valueOf(Long.MAX_VALUE);

    private int steps;
    private int depth;

    private Validator() {}

    static List<SchemaViolation> validate(SchemaNode schema, JsonNode document) {
        List<SchemaViolation> found = new ArrayList<>();
        new Validator().check(schema, document, "$", found);
        return List.copyOf(found);
    }

    static boolean accepts(SchemaNode schema, JsonNode document) {
        return validate(schema, document).isEmpty();
    }

    private static void add(List<SchemaViolation> found, String path, String message) {
        if (found.size() < MAX_VIOLATIONS) {
            found.add(new SchemaViolation(path, message));
        }
    }

    private boolean holds(SchemaNode schema, JsonNode value) {
        List<SchemaViolation> found = new ArrayList<>();
        check(schema, value, "$", found);
        return found.isEmpty();
    }

    private void check(SchemaNode schema, JsonNode value, String path, List<SchemaViolation> found) {
        steps++;
        if (steps > MAX_STEPS || depth >= MAX_DEPTH) {
            add(found, path, "the schema is too deep or has too many alternatives to compare this with it");
            return;
        }
        depth++;
        SchemaNode target = schema.target;
        if (target != null) {
            check(target, value, path, found);
        }
        checkHere(schema, value, path, found);
        for (SchemaNode all : schema.allOf) {
            check(all, value, path, found);
        }
        for (SchemaNode.Group group : schema.groups) {
            checkGroup(group, value, path, found);
        }
        for (SchemaNode not : schema.not) {
            if (holds(not, value)) {
                add(found, path, "is what 'not' excludes");
            }
        }
        depth--;
    }

    private void checkGroup(SchemaNode.Group group, JsonNode value, String path, List<SchemaViolation> found) {
        int fitting = 0;
        for (SchemaNode alternative : group.alternatives()) {
            if (holds(alternative, value)) {
                fitting++;
            }
        }
        if (fitting == 0) {
            add(found, path, "is none of the %d alternatives".formatted(group.alternatives().size()));
        } else if (fitting > 1 && group.exactlyOne()) {
            add(found, path, "is %d alternatives of 'oneOf', expected one".formatted(fitting));
        }
    }

    private void checkHere(SchemaNode schema, JsonNode value, String path, List<SchemaViolation> found) {
        if (schema.never) {
            add(found, path, "nothing may stand here");
            return;
        }
        Kind kind = JsonValues.kind(value);
        Set<Kind> kinds = schema.kinds;
        if (kinds != null && !schema.allows(kind)) {
            add(found, path, "is of type %s, expected %s".formatted(kind.word(),
                    String.join(" or ", kinds.stream().map(Kind::word).toList())));
            return;
        }
        List<JsonNode> values = schema.values;
        if (values != null && values.stream().noneMatch(each -> JsonValues.equal(each, value))) {
            add(found, path, "is none of the %d values allowed".formatted(values.size()));
        }
        switch (kind) {
            case OBJECT -> checkObject(schema, value, path, found);
            case ARRAY -> checkArray(schema, value, path, found);
            case STRING -> checkText(schema, value.textValue(), path, found);
            case NUMBER, INTEGER -> checkNumber(schema, value, path, found);
            case BOOLEAN, NULL -> {
            } // nothing more to say
        }
    }

    private void checkObject(SchemaNode schema, JsonNode value, String path, List<SchemaViolation> found) {
        for (String name : schema.required) {
            if (!value.has(name)) {
                add(found, path, "has no '%s'".formatted(name));
            }
        }
        checkSize(value.size(), schema.minProperties, schema.maxProperties, "properties", path, found);
        SchemaNode names = schema.propertyNames;
        SchemaNode additional = schema.additional;
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            String name = field.getKey();
            String place = path + "." + (schema.properties.containsKey(name) ? name : "*");
            SchemaNode own = schema.properties.get(name);
            if (own != null) {
                check(own, field.getValue(), place, found);
            } else if (additional != null && additional.never) {
                add(found, path, "has a property that the schema does not name");
            } else if (additional != null) {
                check(additional, field.getValue(), place, found);
            }
            if (names != null && !holds(names, JsonText.tree(name))) {
                add(found, path, "has a property whose name is not allowed");
            }
        }
    }

    private void checkArray(SchemaNode schema, JsonNode value, String path, List<SchemaViolation> found) {
        checkSize(value.size(), schema.minItems, schema.maxItems, "items", path, found);
        SchemaNode items = schema.items;
        for (int i = 0; i < value.size(); i++) {
            SchemaNode item = i < schema.prefixItems.size() ? schema.prefixItems.get(i) : items;
            if (item != null) {
                check(item, value.get(i), "%s[%d]".formatted(path, i), found);
            }
        }
        if (schema.uniqueItems && hasRepeats(value)) {
            add(found, path, "has an item twice");
        }
    }

    private boolean hasRepeats(JsonNode array) {
        for (int i = 1; i < array.size(); i++) {
            for (int j = 0; j < i; j++) {
                steps++;
                if (steps > MAX_STEPS || JsonValues.equal(array.get(i), array.get(j))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void checkSize(int size, int least, int most, String what, String path,
            List<SchemaViolation> found) {
        if (size < least) {
            add(found, path, "has %d %s, expected at least %d".formatted(size, what, least));
        } else if (size > most) {
            add(found, path, "has %d %s, expected at most %d".formatted(size, what, most));
        }
    }

    private static void checkText(SchemaNode schema, String text, String path, List<SchemaViolation> found) {
        checkSize(text.codePointCount(0, text.length()), schema.minLength, schema.maxLength, "characters", path,
                found);
        for (TextPattern pattern : schema.patterns) {
            if (!pattern.accepts(text)) {
                add(found, path, "does not match the pattern");
            }
        }
        for (String format : schema.formats) {
            if (!TextFormat.named(format).map(known -> known.accepts().test(text)).orElse(true)) {
                add(found, path, "is no %s".formatted(format));
            }
        }
    }

    private static void checkNumber(SchemaNode schema, JsonNode value, String path, List<SchemaViolation> found) {
        if (!JsonText.isModerate(value)) {
            add(found, path, "is a number beyond 400 digits");
            return;
        }
        BigDecimal number = value.decimalValue();
        BigDecimal low = schema.minimum;
        if (low != null && number.compareTo(low) < (schema.aboveMinimum ? 1 : 0)) {
            add(found, path, "is too small, expected %s %s".formatted(schema.aboveMinimum ? "more than" : "at least",
                    low));
        }
        BigDecimal high = schema.maximum;
        if (high != null && number.compareTo(high) > (schema.belowMaximum ? -1 : 0)) {
            add(found, path, "is too large, expected %s %s".formatted(schema.belowMaximum ? "less than" : "at most",
                    high));
        }
        for (BigDecimal step : schema.multiplesOf) {
            if (number.remainder(step).signum() != 0) {
                add(found, path, "is no multiple of %s".formatted(step));
            }
        }
        boolean beyondInt = number.compareTo(MIN_INT) < 0 || number.compareTo(MAX_INT) > 0;
        boolean beyondLong = number.compareTo(MIN_LONG) < 0 || number.compareTo(MAX_LONG) > 0;
        if ((schema.formats.contains(TextFormat.INT_32) && beyondInt)
                || (schema.formats.contains(TextFormat.INT_64) && beyondLong)) {
            add(found, path, "is too large for its type");
        }
    }
}
