package dev.llf.schema;

import com.fasterxml.jackson.databind.JsonNode;
import dev.llf.schema.CharacterSet.Range;
import dev.llf.schema.SchemaNode.Kind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the grammar of a schema's documents within limits. One use, one thread.
 *
 * <p>The grammar has no recursion: what a schema refers to is written out as deep as the limits say. So the longest document
 * is known exactly. Where nothing can stand, as where the depth is spent, optional parts are left out.
 */
final class GrammarWriter {

    /** Schemas looked at, and alternatives of merged ones; large ones, which take time to merge, count more. */
    private static final int MAX_STEPS = 20_000;
    private static final int MAX_DEPTH = 400;
    /** Of a pattern, where bytes are short. */
    private static final int MAX_REPEATED = 64;

    /** What stands in a string as it is, and what needs a backslash. Nothing that steers, no half of a pair. */
    private static final List<Range> PLAIN = List.of(new Range(' ', '!'), new Range('#', '['), new Range(']', '~'),
            new Range(0xa0, 0xd7ff), new Range(0xe000, Character.MAX_CODE_POINT));
    private static final Map<Integer, String> ESCAPES = Map.of((int) '"', "\\\"", (int) '\\', "\\\\", (int) '\n',
            "\\n", (int) '\r', "\\r", (int) '\t', "\\t", (int) '\b', "\\b", (int) '\f', "\\f");
    private static final Piece ESCAPE = Piece.sequence(Piece.text("\\"), new Piece.OneOf(List.of(new Range('"', '"'),
            new Range('\\', '\\'), new Range('/', '/'), new Range('b', 'b'), new Range('f', 'f'), new Range('n', 'n'),
            new Range('r', 'r'), new Range('t', 't'))));
    private static final Piece CHARACTER = Piece.either(new Piece.OneOf(PLAIN), ESCAPE);
    /** The characters of 1, 2, 3 and 4 bytes. */
    private static final List<Range> BY_SIZE = List.of(new Range(0, 0x7f), new Range(0x80, 0x7ff),
            new Range(0x800, 0xffff), new Range(0x10000, Character.MAX_CODE_POINT));
    private static final SchemaNode ANY = new SchemaNode("#");

    private final WritingLimits limits;
    /** Names by what the rules say. */
    private final Map<String, Piece.Named> rules = new LinkedHashMap<>();
    private final Map<Place, Optional<Piece>> written = new HashMap<>();
    private final Set<SchemaNode> recursive;
    /** Whether only the length is wanted: rules have no texts then. */
    private final boolean measuring;
    private int steps;
    private int depth;

    private GrammarWriter(WritingLimits limits, Set<SchemaNode> recursive, boolean measuring) {
        this.limits = limits;
        this.measuring = measuring;
        this.recursive = recursive;
    }

    /** A schema, by identity, and how deep one may go below it. */
    private record Place(SchemaNode schema, int recursion, int any) {}

    /** Writes the grammar; empty if no document fits schema and limits. */
    static Optional<String> write(SchemaNode root, WritingLimits limits) {
        GrammarWriter writer = new GrammarWriter(limits, recursive(root), false);
        Piece piece = writer.value(root, limits.recursion(), limits.any());
        if (piece == null) {
            return Optional.empty();
        }
        StringBuilder out = new StringBuilder("root ::= ");
        piece.write(out);
        out.append('\n');
        writer.rules.forEach((body, rule) -> out.append(rule.name()).append(" ::= ").append(body).append('\n'));
        return Optional.of(out.toString());
    }

    /** Returns the length of the longest document in bytes, without writing the grammar; empty if none fits. */
    static OptionalLong measure(SchemaNode root, WritingLimits limits) {
        GrammarWriter writer = new GrammarWriter(limits, recursive(root), true);
        Piece piece = writer.value(root, limits.recursion(), limits.any());
        return piece == null ? OptionalLong.empty() : OptionalLong.of(piece.maxBytes());
    }

    /** Finds the schemas that are referred to from inside themselves. */
    private static Set<SchemaNode> recursive(SchemaNode root) {
        Set<SchemaNode> recursive = new HashSet<>();
        for (SchemaNode node : reachable(root, true)) {
            SchemaNode target = node.target;
            if (target != null && !recursive.contains(target) && reachable(target, false).contains(target)) {
                recursive.add(target);
            }
        }
        return recursive;
    }

    private static Set<SchemaNode> reachable(SchemaNode from, boolean itself) {
        Set<SchemaNode> found = new HashSet<>();
        ArrayList<SchemaNode> open = new ArrayList<>(itself ? List.of(from) : from.children());
        while (!open.isEmpty()) {
            SchemaNode next = open.removeLast();
            if (found.add(next)) {
                open.addAll(next.children());
            }
        }
        return found;
    }

    private Piece rule(Piece body) {
        if (body instanceof Piece.Named || body instanceof Piece.Text) {
            return body;
        }
        if (measuring) {
            return new Piece.Named("", body.maxBytes());
        }
        StringBuilder text = new StringBuilder();
        body.write(text);
        return rules.computeIfAbsent(text.toString(), key -> new Piece.Named("r" + rules.size(), body.maxBytes()));
    }

    private @Nullable Piece value(SchemaNode schema, int recursion, int any) {
        Place place = new Place(schema, recursion, any);
        Optional<Piece> known = written.get(place);
        if (known != null) {
            return known.orElse(null);
        }
        steps += 1 + (schema.properties.size() + schema.groups.size()) / 8;
        if (steps > MAX_STEPS || depth > MAX_DEPTH) {
            throw new SchemaException(schema.path, "The schema has too many alternatives, or refers to itself without "
                    + "anything in between; simplify it.");
        }
        depth++;
        Piece piece = unmerged(schema, recursion, any);
        depth--;
        Piece rule = piece == null ? null : rule(piece);
        written.put(place, Optional.ofNullable(rule));
        return rule;
    }

    /** Resolves references and merges, then writes what is left. */
    private @Nullable Piece unmerged(SchemaNode schema, int recursion, int any) {
        SchemaNode target = schema.target;
        if (schema.never) {
            return null;
        } else if (target != null) {
            boolean deeper = recursive.contains(target);
            if (deeper && recursion < 0) {
                return null;
            }
            SchemaNode rest = schema.copy();
            rest.target = null;
            return value(SchemaNode.merge(rest, target), deeper ? recursion - 1 : recursion, any);
        } else if (!schema.allOf.isEmpty()) {
            SchemaNode merged = schema.copy();
            merged.allOf.clear();
            for (SchemaNode part : schema.allOf) {
                merged = SchemaNode.merge(merged, part);
            }
            return value(merged, recursion, any);
        } else if (!schema.groups.isEmpty()) {
            SchemaNode rest = schema.copy();
            SchemaNode.Group group = rest.groups.removeFirst();
            List<Piece> alternatives = new ArrayList<>();
            for (SchemaNode alternative : group.alternatives()) {
                add(value(SchemaNode.merge(rest, alternative), recursion, any), alternatives);
            }
            return Piece.choice(alternatives);
        }
        List<JsonNode> values = schema.values;
        return values != null ? values(schema, values) : types(schema, recursion, any);
    }

    private static void add(@Nullable Piece piece, List<Piece> pieces) {
        if (piece != null) {
            pieces.add(piece);
        }
    }

    private static @Nullable Piece values(SchemaNode schema, List<JsonNode> values) {
        List<Piece> pieces = new ArrayList<>();
        for (JsonNode value : values) {
            if (Validator.accepts(schema, value)) {
                pieces.add(Piece.text(JsonText.spaced(value)));
            }
        }
        return Piece.choice(pieces);
    }

    private @Nullable Piece types(SchemaNode schema, int recursion, int any) {
        Set<Kind> kinds = schema.writtenKinds();
        List<Piece> pieces = new ArrayList<>();
        if (kinds.contains(Kind.OBJECT) && (any > 0 || !schema.isAny())) {
            add(object(schema, recursion, any), pieces);
        }
        if (kinds.contains(Kind.ARRAY) && (any > 0 || !schema.isAny())) {
            add(array(schema, recursion, any), pieces);
        }
        if (kinds.contains(Kind.STRING)) {
            add(string(schema), pieces);
        }
        if (kinds.contains(Kind.NUMBER)) {
            add(number(schema), pieces);
        } else if (kinds.contains(Kind.INTEGER)) {
            add(integer(schema), pieces);
        }
        if (kinds.contains(Kind.BOOLEAN)) {
            pieces.add(Piece.either(Piece.text("true"), Piece.text("false")));
        }
        if (kinds.contains(Kind.NULL)) {
            pieces.add(Piece.text("null"));
        }
        return Piece.choice(pieces);
    }

    private @Nullable Piece child(@Nullable SchemaNode schema, int recursion, int any) {
        return schema == null || schema.isAny() ? value(ANY, recursion, Math.max(0, any - 1))
                : value(schema, recursion, any);
    }

    private record Property(Piece text, boolean optional) {}

    private @Nullable Piece object(SchemaNode schema, int recursion, int any) {
        Map<String, @Nullable SchemaNode> named = new LinkedHashMap<>(schema.properties);
        schema.required.forEach(name -> {
            if (!named.containsKey(name)) {
                named.put(name, schema.additional);
            }
        });
        if (named.isEmpty()) {
            return map(schema, recursion, any);
        }
        List<Property> properties = new ArrayList<>();
        int free = Math.min(schema.maxProperties, named.size()) - schema.required.size();
        int needed = schema.minProperties - schema.required.size();
        for (Map.Entry<String, @Nullable SchemaNode> each : named.entrySet()) {
            boolean optional = !schema.required.contains(each.getKey());
            Piece value = optional && free <= 0 ? null : child(each.getValue(), recursion, any);
            if (value != null) {
                Piece text = Piece.sequence(Piece.text(JsonText.quote(each.getKey()) + ": "), value);
                properties.add(new Property(rule(text), optional && needed <= 0));
                free -= optional ? 1 : 0;
                needed -= optional ? 1 : 0;
            } else if (!optional) {
                return null;
            }
        }
        if (free < 0 || needed > 0) {
            return null;
        }
        return Piece.sequence(Piece.text("{"), members(properties), Piece.text("}"));
    }

    /** The properties in order, optional ones or not, with commas between those that are there. */
    private Piece members(List<Property> properties) {
        Piece rest = Piece.NOTHING;
        List<Piece> starts = new ArrayList<>();
        boolean empty = true;
        for (Property property : properties.reversed()) {
            Piece start = Piece.sequence(property.text(), rest);
            Piece next = Piece.sequence(Piece.text(", "), property.text());
            if (property.optional()) {
                starts.addFirst(start);
                rest = rule(Piece.sequence(Piece.repeat(next, 0, 1), rest));
            } else {
                starts.clear();
                starts.add(start);
                empty = false;
                rest = Piece.sequence(next, rest);
            }
        }
        Piece some = Piece.either(starts.toArray(Piece[]::new));
        return empty ? Piece.repeat(some, 0, 1) : some;
    }

    private @Nullable Piece map(SchemaNode schema, int recursion, int any) {
        int least = bounded(schema, "minProperties", schema.minProperties, WritingLimits.MAX_ITEMS);
        int most = Math.max(least, Math.min(schema.maxProperties, limits.entries()));
        if (schema.maxProperties < least) {
            return null;
        }
        Piece value = most == 0 ? null : child(schema.additional, recursion, any);
        if (value == null) {
            return least > 0 ? null : Piece.text("{}");
        }
        Piece key = rule(text(1, SchemaNode.UNBOUNDED, limits.key(), WritingLimits.DEFAULT.key()));
        Piece entry = rule(Piece.sequence(key, Piece.text(": "), value));
        return list("{", entry, least, most, "}");
    }

    private static Piece list(String open, Piece item, int least, int most, String close) {
        Piece more = Piece.repeat(Piece.sequence(Piece.text(", "), item), Math.max(0, least - 1), most - 1);
        Piece some = Piece.sequence(item, more);
        return Piece.sequence(Piece.text(open), least == 0 ? Piece.repeat(some, 0, 1) : some, Piece.text(close));
    }

    private @Nullable Piece array(SchemaNode schema, int recursion, int any) {
        int least = bounded(schema, "minItems", schema.minItems, WritingLimits.MAX_ITEMS);
        if (schema.maxItems < least) {
            return null;
        }
        int stated = schema.maxItems < SchemaNode.UNBOUNDED && !limits.inBytes() ? WritingLimits.MAX_ITEMS
                : limits.items();
        int most = Math.max(Math.max(least, schema.prefixItems.size()), Math.min(schema.maxItems, stated));
        most = Math.min(most, schema.maxItems);
        List<Piece> prefix = new ArrayList<>();
        for (SchemaNode item : schema.prefixItems) {
            Piece piece = prefix.size() < most ? child(item, recursion, any) : null;
            if (piece == null) {
                most = Math.min(most, prefix.size());
                break;
            }
            prefix.add(piece);
        }
        Piece item = most > prefix.size() ? child(schema.items, recursion, any) : null;
        if (item == null) {
            most = Math.min(most, prefix.size());
        }
        if (most < least) {
            return null;
        } else if (most == 0) {
            return Piece.text("[]");
        } else if (prefix.isEmpty() && item != null) {
            return list("[", item, least, most, "]");
        }
        return Piece.sequence(Piece.text("["), places(prefix, item, least, most), Piece.text("]"));
    }

    /** Items with schemas of their own, then those that all look alike. */
    private Piece places(List<Piece> prefix, @Nullable Piece item, int least, int most) {
        int own = prefix.size();
        Piece rest = item == null ? Piece.NOTHING
                : Piece.repeat(Piece.sequence(Piece.text(", "), item), Math.max(0, least - own), most - own);
        for (int i = own - 1; i >= 0; i--) {
            Piece next = Piece.sequence(Piece.text(i == 0 ? "" : ", "), prefix.get(i), rest);
            rest = i < least ? next : rule(Piece.repeat(next, 0, 1));
        }
        return rest;
    }

    private static int bounded(SchemaNode schema, String keyword, int least, int most) {
        if (least > most) {
            throw new SchemaException(schema.path,
                    "%s is %d; a model can be made to write at most %d.".formatted(keyword, least, most));
        }
        return least;
    }

    private @Nullable Piece string(SchemaNode schema) {
        if (schema.maxLength < schema.minLength) {
            return null;
        }
        List<Regex> expressions = schema.expressions();
        if (!expressions.isEmpty()) {
            Piece body = pattern(expressions.getFirst().within(schema.minLength, schema.maxLength));
            return body == null ? null : Piece.sequence(Piece.text("\""), body, Piece.text("\""));
        }
        int least = bounded(schema, "minLength", schema.minLength, WritingLimits.MAX_TEXT);
        int unsaid = schema.maxLength < SchemaNode.UNBOUNDED ? WritingLimits.MAX_TEXT : WritingLimits.DEFAULT.text();
        return text(least, schema.maxLength, limits.text(), unsaid);
    }

    /** A string of any characters. */
    private Piece text(int least, int most, int limit, int limitOfCharacters) {
        Piece character = rule(CHARACTER);
        Piece body;
        if (limits.inBytes()) {
            int rest = Math.max(0, Math.min(limit - 4 * least, most - least));
            body = Piece.sequence(Piece.repeat(character, least, least), bytes(rest));
        } else {
            body = Piece.repeat(character, least, Math.max(least, Math.min(most, limitOfCharacters)));
        }
        return Piece.sequence(Piece.text("\""), body, Piece.text("\""));
    }

    /** At most so many bytes: each rule takes a character and goes on with the rule of what is left. */
    private Piece bytes(int most) {
        if (measuring) {
            return new Piece.Named("", most);
        }
        List<Piece> shorter = new ArrayList<>();
        shorter.add(Piece.NOTHING);
        for (int left = 1; left <= most; left++) {
            List<Piece> ways = new ArrayList<>();
            for (int size = 1; size <= Math.min(4, left); size++) {
                Piece one = new Piece.OneOf(Regex.common(PLAIN, List.of(BY_SIZE.get(size - 1))));
                ways.add(Piece.sequence(one, shorter.get(left - size)));
            }
            if (left >= 2) {
                ways.add(Piece.sequence(ESCAPE, shorter.get(left - 2)));
            }
            shorter.add(rule(Piece.repeat(Piece.either(ways.toArray(Piece[]::new)), 0, 1)));
        }
        return shorter.get(most);
    }

    /** What an expression matches from its beginning to its end, as it is written inside a string. */
    private @Nullable Piece pattern(Regex regex) {
        return switch (regex) {
            case Regex.OneOf set -> {
                List<Piece> ways = new ArrayList<>();
                List<Range> plain = Regex.common(set.ranges(), PLAIN);
                if (!plain.isEmpty()) {
                    ways.add(new Piece.OneOf(plain));
                }
                ESCAPES.keySet().stream().sorted().forEach(c -> {
                    if (set.ranges().stream().anyMatch(range -> range.first() <= c && c <= range.last())) {
                        ways.add(Piece.text(ESCAPES.getOrDefault(c, "")));
                    }
                });
                yield Piece.choice(ways);
            }
            case Regex.Sequence sequence -> {
                List<Piece> parts = new ArrayList<>();
                for (Regex part : sequence.parts()) {
                    add(pattern(part), parts);
                }
                yield parts.size() < sequence.parts().size() ? null : Piece.sequence(parts);
            }
            case Regex.Choice choice -> {
                List<Piece> alternatives = new ArrayList<>();
                choice.alternatives().forEach(each -> add(pattern(each), alternatives));
                yield Piece.choice(alternatives);
            }
            case Regex.Repeat repeat -> repeated(repeat);
        };
    }

    private @Nullable Piece repeated(Regex.Repeat repeat) {
        Piece item = pattern(repeat.item());
        if (item == null || repeat.most() < repeat.least()) {
            return repeat.least() == 0 ? Piece.NOTHING : null;
        }
        int most = (int) repeat.mostWritten();
        int tight = Math.max(repeat.least(), Math.min(most, Math.min(MAX_REPEATED, limits.text())));
        return Piece.repeat(rule(item), repeat.least(), limits.inBytes() ? tight : most);
    }

    private static @Nullable Piece integer(SchemaNode schema) {
        BigDecimal least = schema.minimum;
        BigDecimal most = schema.maximum;
        Optional<BigInteger> largest = largest(schema);
        BigInteger high = largest.orElse(Digits.MAX_INTEGER);
        BigInteger low = largest.map(BigInteger::not).orElse(Digits.MAX_INTEGER.negate());
        if (least != null) {
            low = least.setScale(0, RoundingMode.CEILING).toBigInteger();
            boolean excluded = schema.aboveMinimum && new BigDecimal(low).compareTo(least) == 0;
            low = excluded ? low.add(BigInteger.ONE) : low;
            high = low.signum() > 0 ? high.max(low.multiply(BigInteger.TWO)) : high;
        }
        if (most != null) {
            high = most.setScale(0, RoundingMode.FLOOR).toBigInteger();
            boolean excluded = schema.belowMaximum && new BigDecimal(high).compareTo(most) == 0;
            high = excluded ? high.subtract(BigInteger.ONE) : high;
            low = least == null && high.signum() < 0 ? low.min(high.multiply(BigInteger.TWO)) : low;
        }
        if (largest.isPresent()) {
            low = low.max(largest.get().not());
            high = high.min(largest.get());
        }
        return Digits.integers(low, high);
    }

    /** The largest number of the schema's format. */
    private static Optional<BigInteger> largest(SchemaNode schema) {
        if (schema.formats.contains(TextFormat.INT_32)) {
            return Optional.of(BigInteger.valueOf(Integer.MAX_VALUE));
        }
        return schema.formats.contains(TextFormat.INT_64) ? Optional.of(BigInteger.valueOf(Long.MAX_VALUE))
                : Optional.empty();
    }

    private static @Nullable Piece number(SchemaNode schema) {
        BigDecimal least = schema.minimum;
        BigDecimal most = schema.maximum;
        BigDecimal low = least != null ? least
                : most == null || most.signum() >= 0 ? Digits.MAX_DECIMAL.negate()
                        : Digits.MAX_DECIMAL.negate().min(most.add(most));
        BigDecimal high = most != null ? most
                : least == null || least.signum() <= 0 ? Digits.MAX_DECIMAL : Digits.MAX_DECIMAL.max(least.add(least));
        Optional<BigDecimal> largest = largest(schema).map(BigDecimal::new);
        if (largest.isPresent()) {
            BigDecimal smallest = largest.get().negate().subtract(BigDecimal.ONE);
            return Digits.decimals(low.max(smallest), schema.aboveMinimum && low.compareTo(smallest) >= 0,
                    high.min(largest.get()), schema.belowMaximum && high.compareTo(largest.get()) <= 0);
        }
        return Digits.decimals(low, schema.aboveMinimum, high, schema.belowMaximum);
    }
}
