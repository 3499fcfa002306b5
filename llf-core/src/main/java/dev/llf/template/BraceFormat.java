package dev.llf.template;

import org.jspecify.annotations.Nullable;

/** Python's {@code str.format}. */
final class BraceFormat {

    private static final int MAX_NESTING = 2;

    private final Interpreter interpreter;
    private final Arguments arguments;
    private int automatic;
    private boolean numbered;

    BraceFormat(Interpreter interpreter, Arguments arguments) {
        this.interpreter = interpreter;
        this.arguments = arguments;
    }

    Text apply(Text format) {
        return apply(format, MAX_NESTING);
    }

    private Text apply(Text format, int nesting) {
        if (nesting == 0) {
            throw new TemplateFault("the fields of a format string are nested too deep");
        }
        var out = new TextBuilder(interpreter.budget());
        String source = format.value();
        int at = 0;
        while (at < source.length()) {
            char c = source.charAt(at);
            if (c != '{' && c != '}') {
                int end = plainEnd(source, at);
                out.append(format.sub(at, end));
                at = end;
            } else if (at + 1 < source.length() && source.charAt(at + 1) == c) {
                out.append(format.sub(at, at + 1));
                at += 2;
            } else if (c == '{') {
                int end = fieldEnd(source, at);
                out.append(field(format.sub(at + 1, end), nesting));
                at = end + 1;
            } else {
                throw new TemplateFault("a format string has a '}' without '{'");
            }
        }
        return out.toText();
    }

    private static int plainEnd(String source, int from) {
        int end = from;
        while (end < source.length() && source.charAt(end) != '{' && source.charAt(end) != '}') {
            end++;
        }
        return end;
    }

    private static int fieldEnd(String source, int open) {
        int depth = 0;
        for (int i = open; i < source.length(); i++) {
            depth += source.charAt(i) == '{' ? 1 : source.charAt(i) == '}' ? -1 : 0;
            if (depth == 0) {
                return i;
            }
        }
        throw new TemplateFault("a format string has a '{' without '}'");
    }

    private Text field(Text field, int nesting) {
        String source = field.value();
        int colon = source.indexOf(':');
        String head = colon < 0 ? source : source.substring(0, colon);
        int mark = head.indexOf('!');
        Object value = value(mark < 0 ? head : head.substring(0, mark), field.anyForeign());
        if (mark >= 0) {
            value = converted(value, head.substring(mark + 1));
        }
        String spec = colon < 0 ? "" : apply(field.from(colon + 1), nesting - 1).value();
        return spec.isEmpty() ? interpreter.printer().str(value)
                : FormatSpec.parse(spec).apply(value, interpreter.budget());
    }

    private Object converted(Object value, String conversion) {
        return switch (conversion) {
            case "s" -> interpreter.printer().str(value);
            case "r" -> interpreter.printer().repr(value);
            default -> throw new TemplateFault("the conversion of a format field must be 's' or 'r'");
        };
    }

    private Object value(String path, boolean foreign) {
        int end = nameEnd(path);
        Object value = argument(path.substring(0, end), foreign);
        String rest = path.substring(end);
        while (!rest.isEmpty()) {
            if (value instanceof Undefined) {
                throw new TemplateFault("a format field names what is not there");
            }
            boolean item = rest.charAt(0) == '[';
            int close = item ? rest.indexOf(']') : nameEnd(rest.substring(1)) + 1;
            if (close < 1) {
                throw new TemplateFault("a format field is malformed");
            }
            String name = rest.substring(1, close);
            value = item ? item(value, name) : interpreter.access().attribute(value, name);
            rest = rest.substring(item ? close + 1 : close);
        }
        return value;
    }

    private static int nameEnd(String path) {
        int end = 0;
        while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
            end++;
        }
        return end;
    }

    private Object item(Object value, String name) {
        boolean number = !name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
        return interpreter.access().item(value, number ? (Object) Long.valueOf(name) : Text.own(name));
    }

    private Object argument(String name, boolean foreign) {
        if (name.isEmpty()) {
            if (numbered) {
                throw new TemplateFault("a format string mixes numbered and unnumbered fields");
            }
            return positional(automatic++);
        }
        if (name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9')) {
            if (automatic > 0) {
                throw new TemplateFault("a format string mixes numbered and unnumbered fields");
            }
            numbered = true;
            return positional(Integer.parseInt(name));
        }
        @Nullable Object value = arguments.keywords().get(name);
        if (value == null) {
            throw new TemplateFault(
                    "the field '%s' of a format string has no argument".formatted(foreign ? "…" : name));
        }
        return value;
    }

    private Object positional(int index) {
        if (index >= arguments.positional().size()) {
            throw new TemplateFault("a format string has more fields than arguments");
        }
        return arguments.positional().get(index);
    }
}
