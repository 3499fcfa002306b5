package dev.llf.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One schema of a document, read. Filled by {@link SchemaReader} or by merging, and not changed afterwards. */
final class SchemaNode {

    static final int UNBOUNDED = Integer.MAX_VALUE;

    /** The types of JSON values; a number may be an integer. */
    enum Kind {
        OBJECT, ARRAY, STRING, NUMBER, INTEGER, BOOLEAN, NULL;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A JSON pointer. */
    final String path;
    /** Whether it is the schema {@code false}. */
    boolean never;
    /** Null if any. */
    @Nullable Set<Kind> kinds;
    final Map<String, SchemaNode> properties = new LinkedHashMap<>();
    final Set<String> required = new LinkedHashSet<>();
    /** Of properties that are not named; null if any. */
    @Nullable SchemaNode additional;
    @Nullable SchemaNode propertyNames;
    int minProperties;
    int maxProperties = UNBOUNDED;
    final List<SchemaNode> prefixItems = new ArrayList<>();
    /** Null if any. */
    @Nullable SchemaNode items;
    int minItems;
    int maxItems = UNBOUNDED;
    boolean uniqueItems;
    int minLength;
    int maxLength = UNBOUNDED;
    final List<TextPattern> patterns = new ArrayList<>();
    final Set<String> formats = new LinkedHashSet<>();
    @Nullable BigDecimal minimum;
    boolean aboveMinimum;
    @Nullable BigDecimal maximum;
    boolean belowMaximum;
    final List<BigDecimal> multiplesOf = new ArrayList<>();
    /** Null if any value may be. */
    @Nullable List<JsonNode> values;
    /** Of each group one must hold. */
    final List<Group> groups = new ArrayList<>();
    final List<SchemaNode> allOf = new ArrayList<>();
    final List<SchemaNode> not = new ArrayList<>();
    /** What a {@code $ref} points to. */
    @Nullable SchemaNode target;

    SchemaNode(String path) {
        this.path = path;
    }

    /** Alternatives; with {@code exactlyOne} no second one may hold. */
    record Group(List<SchemaNode> alternatives, boolean exactlyOne) {}

    boolean allows(Kind kind) {
        Set<Kind> allowed = kinds;
        return allowed == null || allowed.contains(kind) || (kind == Kind.INTEGER && allowed.contains(Kind.NUMBER));
    }

    /** The types that a grammar writes: if the schema names none, those that its other keywords are about. */
    Set<Kind> writtenKinds() {
        Set<Kind> allowed = kinds;
        if (allowed != null) {
            return allowed;
        }
        Set<Kind> implied = EnumSet.noneOf(Kind.class);
        if (!properties.isEmpty() || !required.isEmpty() || additional != null || propertyNames != null
                || minProperties > 0 || maxProperties < UNBOUNDED) {
            implied.add(Kind.OBJECT);
        }
        if (!prefixItems.isEmpty() || items != null || minItems > 0 || maxItems < UNBOUNDED || uniqueItems) {
            implied.add(Kind.ARRAY);
        }
        if (minLength > 0 || maxLength < UNBOUNDED || !patterns.isEmpty() || !formats.isEmpty()) {
            implied.add(Kind.STRING);
        }
        if (minimum != null || maximum != null || !multiplesOf.isEmpty()) {
            implied.add(Kind.NUMBER);
        }
        return implied.isEmpty() ? EnumSet.allOf(Kind.class) : implied;
    }

    /** Expressions for strings; a grammar writes what the first one matches. */
    List<Regex> expressions() {
        List<Regex> expressions = new ArrayList<>();
        formats.forEach(format -> TextFormat.named(format).ifPresent(known -> expressions.add(known.regex())));
        patterns.forEach(pattern -> pattern.regex().ifPresent(expressions::add));
        return expressions;
    }

    boolean isAny() {
        return !never && kinds == null && values == null && groups.isEmpty() && allOf.isEmpty() && target == null
                && writtenKinds().size() == Kind.values().length;
    }

    /** All schemas directly inside. */
    List<SchemaNode> children() {
        List<SchemaNode> children = new ArrayList<>(properties.values());
        children.addAll(prefixItems);
        children.addAll(allOf);
        children.addAll(not);
        groups.forEach(group -> children.addAll(group.alternatives()));
        for (SchemaNode child : new SchemaNode[] {additional, propertyNames, items, target}) {
            if (child != null) {
                children.add(child);
            }
        }
        return children;
    }

    SchemaNode copy() {
        SchemaNode copy = new SchemaNode(path);
        copy.take(this);
        return copy;
    }

    /** The schema that holds where both do. Inner schemas of both are put side by side and merged when needed. */
    static SchemaNode merge(SchemaNode first, SchemaNode second) {
        if (first.isAny() && first.not.isEmpty()) {
            return second;
        } else if (second.isAny() && second.not.isEmpty()) {
            return first;
        }
        SchemaNode merged = first.copy();
        merged.take(second);
        return merged;
    }

    private static @Nullable SchemaNode both(String path, @Nullable SchemaNode first, @Nullable SchemaNode second) {
        if (first == null) {
            return second;
        }
        return second == null ? first : bothOf(path, first, second);
    }

    private static SchemaNode bothOf(String path, SchemaNode first, SchemaNode second) {
        SchemaNode both = new SchemaNode(path);
        both.allOf.add(first);
        both.allOf.add(second);
        return both;
    }

    private void take(SchemaNode other) {
        never |= other.never;
        takeKinds(other.kinds);
        takeObject(other);
        takeArray(other);
        takeText(other);
        takeNumber(other);
        takeValues(other.values);
        groups.addAll(other.groups);
        allOf.addAll(other.allOf);
        not.addAll(other.not);
        if (target == null) {
            target = other.target;
        } else if (other.target != null) {
            allOf.add(other.target);
        }
    }

    private void takeKinds(@Nullable Set<Kind> others) {
        Set<Kind> mine = kinds;
        if (mine == null || others == null) {
            kinds = mine == null ? others : mine;
            return;
        }
        Set<Kind> common = EnumSet.noneOf(Kind.class);
        for (Kind kind : Kind.values()) {
            boolean here = mine.contains(kind) || (kind == Kind.INTEGER && mine.contains(Kind.NUMBER));
            boolean there = others.contains(kind) || (kind == Kind.INTEGER && others.contains(Kind.NUMBER));
            if (here && there) {
                common.add(kind);
            }
        }
        kinds = common;
    }

    private void takeObject(SchemaNode other) {
        Map<String, SchemaNode> mine = new LinkedHashMap<>(properties);
        other.properties.forEach((name, schema) -> {
            SchemaNode here = mine.containsKey(name) ? mine.get(name) : additional;
            properties.put(name, here == null ? schema : bothOf(path, here, schema));
        });
        SchemaNode others = other.additional;
        if (others != null) {
            mine.forEach((name, schema) -> {
                if (!other.properties.containsKey(name)) {
                    properties.put(name, bothOf(path, schema, others));
                }
            });
        }
        additional = both(path, additional, others);
        required.addAll(other.required);
        propertyNames = both(path, propertyNames, other.propertyNames);
        minProperties = Math.max(minProperties, other.minProperties);
        maxProperties = Math.min(maxProperties, other.maxProperties);
    }

    private void takeArray(SchemaNode other) {
        int places = Math.max(prefixItems.size(), other.prefixItems.size());
        for (int i = 0; i < places; i++) {
            SchemaNode here = i < prefixItems.size() ? prefixItems.get(i) : items;
            SchemaNode there = i < other.prefixItems.size() ? other.prefixItems.get(i) : other.items;
            SchemaNode place = both(path, here, there);
            SchemaNode some = place == null ? new SchemaNode(path) : place;
            if (i < prefixItems.size()) {
                prefixItems.set(i, some);
            } else {
                prefixItems.add(some);
            }
        }
        items = both(path, items, other.items);
        minItems = Math.max(minItems, other.minItems);
        maxItems = Math.min(maxItems, other.maxItems);
        uniqueItems |= other.uniqueItems;
    }

    void takeText(SchemaNode other) {
        minLength = Math.max(minLength, other.minLength);
        maxLength = Math.min(maxLength, other.maxLength);
        patterns.addAll(other.patterns);
        formats.addAll(other.formats);
    }

    private void takeNumber(SchemaNode other) {
        BigDecimal low = other.minimum;
        if (low != null && (minimum == null || low.compareTo(minimum) >= 0)) {
            aboveMinimum = other.aboveMinimum || (minimum != null && low.compareTo(minimum) == 0 && aboveMinimum);
            minimum = low;
        }
        BigDecimal high = other.maximum;
        if (high != null && (maximum == null || high.compareTo(maximum) <= 0)) {
            belowMaximum = other.belowMaximum || (maximum != null && high.compareTo(maximum) == 0 && belowMaximum);
            maximum = high;
        }
        multiplesOf.addAll(other.multiplesOf);
    }

    /** Allows no values but these. */
    void takeValues(@Nullable List<JsonNode> others) {
        List<JsonNode> mine = values;
        if (mine == null || others == null) {
            values = mine == null ? others : mine;
        } else {
            values = mine.stream().filter(value -> others.stream().anyMatch(other -> JsonValues.equal(value, other)))
                    .toList();
        }
    }
}
