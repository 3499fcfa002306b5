package dev.llf.template;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Attributes and items of values, in the order in which Jinja looks for them. */
final class Access {

    /** What Python has on these types and templates may reach, but this engine does not offer. */
    private static final Set<String> UNSUPPORTED = Set.of("encode", "expandtabs", "format_map", "translate",
            "maketrans",
            "fromkeys", "mapping", "bit_length", "bit_count", "to_bytes", "from_bytes", "as_integer_ratio", "conjugate",
            "is_integer", "hex", "fromhex", "real", "imag", "numerator", "denominator", "send", "throw", "close",
            "start",
            "stop", "step");
    private static final Set<String> LIST_CHANGES = Set.of("append", "clear", "pop", "reverse", "insert", "sort",
            "extend", "remove");
    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private final Budget budget;

    Access(Budget budget) {
        this.budget = budget;
    }

    /** {@code value.name}: the attribute, else the item. */
    Object attribute(Object value, String name) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        Object attribute = ownAttribute(value, name);
        if (attribute != null) {
            return attribute;
        }
        Object item = value instanceof Dict dict ? dict.get(Text.own(name)) : null;
        return item != null ? item : missing(value, name);
    }

    /** {@code value[key]}: the item, else the attribute. */
    Object item(Object value, Object key) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        Object item = ownItem(value, key);
        if (item != null) {
            return item;
        }
        if (!(key instanceof Text text)) {
            return new Undefined("%s has no such item".formatted(Types.name(value)));
        }
        Object attribute = ownAttribute(value, text.value());
        return attribute != null ? attribute : missing(value, text.redacted());
    }

    private static Undefined missing(Object value, String name) {
        return new Undefined("%s has no attribute '%s'".formatted(Types.name(value), name));
    }

    private @Nullable Object ownItem(Object value, Object key) {
        budget.step();
        if (value instanceof Dict dict) {
            return isHashable(key) ? dict.get(key) : null;
        }
        if (!Numbers.isInteger(key) || Numbers.big(key).bitLength() > 31) {
            return null;
        }
        long index = Numbers.big(key).longValue();
        return switch (value) {
            case Text text -> at(text, index);
            case Sequence sequence -> at(sequence.items(), index);
            case Range range -> index < -range.size() || index >= range.size() ? null
                    : (Object) range.get((int) (index < 0 ? index + range.size() : index));
            default -> null;
        };
    }

    private static @Nullable Object at(Text text, long index) {
        long positive = index < 0 ? index + text.length() : index;
        return positive < 0 || positive >= text.length() ? null : text.at((int) positive);
    }

    private static @Nullable Object at(List<Object> items, long index) {
        long positive = index < 0 ? index + items.size() : index;
        return positive < 0 || positive >= items.size() ? null : items.get((int) positive);
    }

    private static boolean isHashable(Object key) {
        return !(key instanceof Dict) && !(key instanceof Sequence sequence
                && (sequence.isList() || sequence.items().stream().anyMatch(item -> !isHashable(item))));
    }

    @Nullable
    Object ownAttribute(Object value, String name) {
        if (name.startsWith("__") && name.endsWith("__")) {
            return new Undefined("access to the attribute '%s' is not allowed".formatted(name));
        }
        Object found = switch (value) {
            case Text text -> StringMethods.named(text, name);
            case Dict dict -> dictMethod(dict, name);
            case Sequence sequence -> sequenceMethod(sequence, name);
            case Range range -> itemMethod(range.items(), name);
            case Namespace namespace -> namespace.attributes().get(name);
            case LoopState loop -> loop.attribute(name);
            case Macro macro -> macro.attribute(name);
            case Globals.Cycler cycler -> cycler.attribute(name);
            default -> null;
        };
        if (found == null && isUnsupported(value, name)) {
            throw new TemplateFault("the attribute '%s' of %s is not supported".formatted(name, Types.name(value)));
        }
        return found;
    }

    private static boolean isUnsupported(Object value, String name) {
        boolean builtIn = value instanceof Text || Numbers.isNumber(value) || value instanceof Range
                || value instanceof Lazy || value instanceof DictView || value instanceof Dict;
        return builtIn && UNSUPPORTED.contains(name) && !(value instanceof Dict && !name.equals("fromkeys"))
                && !(value instanceof Text && Set.of("real", "imag", "start", "stop", "step", "close", "send", "hex",
                        "mapping", "numerator", "denominator", "throw", "fromkeys").contains(name));
    }

    private @Nullable Object dictMethod(Dict dict, String name) {
        if (DICT_CHANGES.contains(name)) {
            return refused(name, "dict");
        }
        return switch (name) {
            case "get" -> (Callable) (arguments, interpreter) -> {
                List<Object> given = arguments.only("get", 1, 2);
                Object value = dict.get(given.get(0));
                return value != null ? value : given.size() == 2 ? given.get(1) : None.NONE;
            };
            case "keys" -> view(dict, DictView.Part.KEYS, name);
            case "values" -> view(dict, DictView.Part.VALUES, name);
            case "items" -> view(dict, DictView.Part.ITEMS, name);
            case "copy" -> (Callable) (arguments, interpreter) -> {
                arguments.only(name, 0, 0);
                return dict;
            };
            default -> null;
        };
    }

    private static Callable view(Dict dict, DictView.Part part, String name) {
        return (arguments, interpreter) -> {
            arguments.only(name, 0, 0);
            interpreter.budget().spend(dict.size());
            return new DictView(dict, part);
        };
    }

    private static Undefined refused(String name, String type) {
        return new Undefined("the sandbox refuses to change a %s by '%s'".formatted(type, name));
    }

    private @Nullable Object sequenceMethod(Sequence sequence, String name) {
        if (sequence.isList() && LIST_CHANGES.contains(name)) {
            return refused(name, "list");
        }
        if (sequence.kind() == Sequence.Kind.GROUP && name.equals("grouper")) {
            return sequence.items().get(0);
        }
        if (sequence.kind() == Sequence.Kind.GROUP && name.equals("list")) {
            return sequence.items().get(1);
        }
        if (sequence.isList() && name.equals("copy")) {
            return (Callable) (arguments, interpreter) -> {
                arguments.only(name, 0, 0);
                return Sequence.list(sequence.items());
            };
        }
        return itemMethod(sequence.items(), name);
    }

    private static @Nullable Callable itemMethod(List<Object> items, String name) {
        return switch (name) {
            case "count" -> (arguments, interpreter) -> {
                Object wanted = arguments.only(name, 1, 1).get(0);
                return items.stream().filter(item -> interpreter.comparison().same(item, wanted)).count();
            };
            case "index" -> (arguments, interpreter) -> {
                List<Object> given = arguments.only(name, 1, 3);
                Slicing within = Slicing.of(items.size(), given.size() > 1 ? given.get(1) : null,
                        given.size() > 2 ? given.get(2) : null, null);
                for (int i = 0; i < within.size(); i++) {
                    if (interpreter.comparison().same(items.get(within.first() + i), given.get(0))) {
                        return (long) within.first() + i;
                    }
                }
                throw new TemplateFault("the value is not in the list");
            };
            default -> null;
        };
    }

    /** The value at a path such as {@code address.city} or {@code items.0}. */
    Object path(Object value, List<Object> path) {
        Object found = value;
        for (Object part : path) {
            found = item(found, part);
        }
        return found;
    }
}
