package dev.llf.template;

import dev.llf.template.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads expressions, with Jinja's precedence: filters and tests bind tighter than any operator. */
final class ExpressionParser {

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> SUMS = Set.of("+", "-");
    private static final Set<String> PRODUCTS = Set.of("*", "/", "//", "%");
    private static final Set<String> POWERS = Set.of("**");
    private static final Set<String> WORDS_AFTER_TEST = Set.of("else", "or", "and");
    /** Longest chain of operators, attributes, calls or filters. */
    private static final int MAX_CHAIN = 400;

    private final Tokens tokens;

    ExpressionParser(Tokens tokens) {
        this.tokens = tokens;
    }

    /** One expression, or several with commas between, which make a tuple. */
    Expr tuple(boolean conditional) {
        Position at = tokens.peek().at();
        List<Expr> items = new ArrayList<>();
        boolean comma = false;
        while (!endsTuple()) {
            items.add(conditional ? expression() : or());
            if (!tokens.skipOperator(",")) {
                break;
            }
            comma = true;
        }
        if (items.isEmpty()) {
            throw tokens.unexpected("an expression");
        }
        return comma ? new Expr.TupleOf(items, at) : items.get(0);
    }

    private boolean endsTuple() {
        Token token = tokens.peek();
        return token.is(Kind.PRINT_END) || token.is(Kind.TAG_END) || token.isOperator(")");
    }

    Expr expression() {
        tokens.enter();
        Expr result = or();
        while (tokens.peek().isName("if")) {
            Position at = tokens.next().at();
            Expr test = or();
            Expr otherwise = tokens.skipName("else") ? expression() : null;
            result = new Expr.Conditional(test, result, otherwise, at);
        }
        tokens.leave();
        return result;
    }

    private Expr or() {
        Position at = tokens.peek().at();
        List<Expr> operands = new ArrayList<>(List.of(and()));
        while (tokens.skipName("or")) {
            operands.add(and());
        }
        return operands.size() == 1 ? operands.get(0) : new Expr.Logical(false, operands, at);
    }

    private Expr and() {
        Position at = tokens.peek().at();
        List<Expr> operands = new ArrayList<>(List.of(not()));
        while (tokens.skipName("and")) {
            operands.add(not());
        }
        return operands.size() == 1 ? operands.get(0) : new Expr.Logical(true, operands, at);
    }

    private Expr not() {
        if (!tokens.peek().isName("not")) {
            return comparison();
        }
        Position at = tokens.next().at();
        tokens.enter();
        Expr operand = not();
        tokens.leave();
        return new Expr.Not(operand, at);
    }

    private Expr comparison() {
        Position at = tokens.peek().at();
        Expr first = sum();
        List<String> operators = new ArrayList<>();
        List<Expr> rest = new ArrayList<>();
        for (String operator = comparisonOperator(); operator != null; operator = comparisonOperator()) {
            operators.add(operator);
            rest.add(sum());
        }
        return operators.isEmpty() ? first : new Expr.Compared(first, operators, rest, at);
    }

    private @Nullable String comparisonOperator() {
        Token token = tokens.peek();
        if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
            return tokens.next().text();
        }
        if (tokens.skipName("in")) {
            return "in";
        }
        if (token.isName("not") && tokens.peekNext().isName("in")) {
            tokens.next();
            tokens.next();
            return "not in";
        }
        return null;
    }

    private Expr sum() {
        Expr left = concat();
        int length = 0;
        while (atOperator(SUMS)) {
            left = binary(left, ++length, tokens.next(), concat());
        }
        return left;
    }

    private Expr concat() {
        Position at = tokens.peek().at();
        List<Expr> parts = new ArrayList<>(List.of(product()));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return parts.size() == 1 ? parts.get(0) : new Expr.Concat(parts, at);
    }

    private Expr product() {
        Expr left = power();
        int length = 0;
        while (atOperator(PRODUCTS)) {
            left = binary(left, ++length, tokens.next(), power());
        }
        return left;
    }

    /** Powers group from the left, other than in Python. */
    private Expr power() {
        Expr left = unary(true);
        int length = 0;
        while (atOperator(POWERS)) {
            left = binary(left, ++length, tokens.next(), unary(true));
        }
        return left;
    }

    private boolean atOperator(Set<String> operators) {
        return tokens.peek().is(Kind.OPERATOR) && operators.contains(tokens.peek().text());
    }

    private Expr binary(Expr left, int length, Token operator, Expr right) {
        checkChain(length);
        return new Expr.Binary(operator.text(), left, right, operator.at());
    }

    private void checkChain(int length) {
        if (length > MAX_CHAIN) {
            throw tokens.fail("an expression chains more than %d operators".formatted(MAX_CHAIN));
        }
    }

    private Expr unary(boolean filters) {
        Token token = tokens.peek();
        Expr result;
        if (token.isOperator("-") || token.isOperator("+")) {
            tokens.next();
            tokens.enter();
            result = new Expr.Signed(token.text().equals("-"), unary(false), token.at());
            tokens.leave();
        } else {
            result = primary();
        }
        result = postfix(result);
        return filters ? filters(result) : result;
    }

    Expr primary() {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case NAME -> name(tokens.next());
            case STRING -> strings(token.at());
            case INTEGER -> new Expr.Literal(integer(tokens.next().text()), token.at());
            case FLOAT -> new Expr.Literal(Double.valueOf(tokens.next().text()), token.at());
            case OPERATOR -> bracketed(token);
            default -> throw tokens.unexpected("an expression");
        };
    }

    private static Expr name(Token token) {
        return switch (token.text()) {
            case "true", "True" -> new Expr.Literal(true, token.at());
            case "false", "False" -> new Expr.Literal(false, token.at());
            case "none", "None" -> new Expr.Literal(None.NONE, token.at());
            default -> new Expr.Name(token.text(), token.at());
        };
    }

    private Expr strings(Position at) {
        var joined = new StringBuilder();
        while (tokens.peek().is(Kind.STRING)) {
            joined.append(tokens.next().text());
        }
        return new Expr.Literal(Text.own(joined.toString()), at);
    }

    private Object integer(String digits) {
        if (digits.length() > Numbers.MAX_DIGITS) {
            throw tokens.fail("an integer has more than %d digits".formatted(Numbers.MAX_DIGITS));
        }
        int radix = digits.length() < 3 ? 10 : switch (Character.toLowerCase(digits.charAt(1))) {
            case 'b' -> 2;
            case 'o' -> 8;
            case 'x' -> 16;
            default -> 10;
        };
        return Numbers.normal(new BigInteger(radix == 10 ? digits : digits.substring(2), radix));
    }

    private Expr bracketed(Token open) {
        return switch (open.text()) {
            case "(" -> parenthesised(tokens.next().at());
            case "[" -> new Expr.ListOf(items(), open.at());
            case "{" -> dict(open.at());
            default -> throw tokens.unexpected("an expression");
        };
    }

    private Expr parenthesised(Position at) {
        if (tokens.skipOperator(")")) {
            return new Expr.TupleOf(List.of(), at);
        }
        Expr inside = tuple(true);
        tokens.expectOperator(")");
        return inside;
    }

    private List<Expr> items() {
        tokens.next();
        List<Expr> items = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            items.add(expression());
            if (!tokens.peek().isOperator("]")) {
                tokens.expectOperator(",");
            }
        }
        return items;
    }

    private Expr dict(Position at) {
        tokens.next();
        List<Expr> keys = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!tokens.skipOperator("}")) {
            keys.add(expression());
            tokens.expectOperator(":");
            values.add(expression());
            if (!tokens.peek().isOperator("}")) {
                tokens.expectOperator(",");
            }
        }
        return new Expr.DictOf(keys, values, at);
    }

    private Expr postfix(Expr start) {
        Expr result = start;
        for (int length = 1;; length++) {
            Token token = tokens.peek();
            if (token.isOperator(".")) {
                result = attribute(result);
            } else if (token.isOperator("[")) {
                result = subscript(result);
            } else if (token.isOperator("(")) {
                result = new Expr.Call(result, passed(), token.at());
            } else {
                return result;
            }
            checkChain(length);
        }
    }

    private Expr attribute(Expr target) {
        Position at = tokens.next().at();
        Token name = tokens.next();
        return switch (name.kind()) {
            case NAME -> new Expr.Attribute(target, name.text(), at);
            case INTEGER -> new Expr.Item(target, new Expr.Literal(integer(name.text()), name.at()), at);
            default -> throw new TemplateException(name.at(),
                    "found %s, expected a name or number after '.'".formatted(name.described()));
        };
    }

    private Expr subscript(Expr target) {
        Position at = tokens.next().at();
        List<Expr> keys = new ArrayList<>();
        while (!tokens.skipOperator("]")) {
            if (!keys.isEmpty()) {
                tokens.expectOperator(",");
            }
            keys.add(subscriptKey());
        }
        if (keys.size() == 1) {
            return new Expr.Item(target, keys.get(0), at);
        }
        if (keys.stream().anyMatch(Expr.Slice.class::isInstance)) {
            throw new TemplateException(at, "several slices in one subscript are not supported");
        }
        return new Expr.Item(target, new Expr.TupleOf(keys, at), at);
    }

    private Expr subscriptKey() {
        Position at = tokens.peek().at();
        Expr start = tokens.peek().isOperator(":") ? null : expression();
        if (start != null && !tokens.peek().isOperator(":")) {
            return start;
        }
        tokens.expectOperator(":");
        Expr stop = slicePart();
        Expr step = tokens.skipOperator(":") ? slicePart() : null;
        return new Expr.Slice(start, stop, step, at);
    }

    private @Nullable Expr slicePart() {
        Token token = tokens.peek();
        boolean absent = token.isOperator(":") || token.isOperator("]") || token.isOperator(",");
        return absent ? null : expression();
    }

    private Expr.Passed passed() {
        tokens.expectOperator("(");
        List<Expr> positional = new ArrayList<>();
        List<Expr.Keyword> keywords = new ArrayList<>();
        Expr list = null;
        Expr dict = null;
        while (!tokens.skipOperator(")")) {
            if (tokens.peek().isOperator("*")) {
                ensure(list == null && dict == null);
                tokens.next();
                list = expression();
            } else if (tokens.peek().isOperator("**")) {
                ensure(dict == null);
                tokens.next();
                dict = expression();
            } else if (tokens.peek().is(Kind.NAME) && tokens.peekNext().isOperator("=")) {
                ensure(dict == null);
                keywords.add(keyword(keywords));
            } else {
                ensure(list == null && dict == null && keywords.isEmpty());
                positional.add(expression());
            }
            if (!tokens.peek().isOperator(")")) {
                tokens.expectOperator(",");
            }
        }
        return new Expr.Passed(positional, keywords, list, dict);
    }

    private Expr.Keyword keyword(List<Expr.Keyword> before) {
        String name = tokens.next().text();
        if (before.stream().anyMatch(keyword -> keyword.name().equals(name))) {
            throw tokens.fail("the keyword argument '%s' is given twice".formatted(name));
        }
        tokens.next();
        return new Expr.Keyword(name, expression());
    }

    private void ensure(boolean ordered) {
        if (!ordered) {
            throw tokens.fail("arguments must be in this order: positional, keyword, *list, **dict");
        }
    }

    private Expr filters(Expr start) {
        Expr result = start;
        for (int length = 1;; length++) {
            Token token = tokens.peek();
            if (token.isOperator("|")) {
                tokens.next();
                result = filter(result);
            } else if (token.isName("is")) {
                result = test(result);
            } else if (token.isOperator("(")) {
                result = new Expr.Call(result, passed(), token.at());
            } else {
                return result;
            }
            checkChain(length);
        }
    }

    /** Filters over a block's text: {@code first | second}; the first has no bar in front of it if {@code inline}. */
    Expr blockFilters(boolean inline) {
        Expr result = new Expr.BlockText(tokens.peek().at());
        if (inline) {
            result = filter(result);
        }
        while (tokens.skipOperator("|")) {
            result = filter(result);
        }
        return result;
    }

    private Expr filter(Expr target) {
        Position at = tokens.peek().at();
        String name = dottedName();
        Expr.Passed passed = tokens.peek().isOperator("(") ? passed() : Expr.Passed.NOTHING;
        return new Expr.Filtered(target, name, passed, at);
    }

    private String dottedName() {
        var name = new StringBuilder(tokens.expect(Kind.NAME).text());
        while (tokens.skipOperator(".")) {
            name.append('.').append(tokens.expect(Kind.NAME).text());
        }
        return name.toString();
    }

    private Expr test(Expr target) {
        tokens.next();
        boolean negated = tokens.skipName("not");
        Position at = tokens.peek().at();
        String name = dottedName();
        Expr tested = new Expr.Tested(target, name, testArguments(), at);
        return negated ? new Expr.Not(tested, at) : tested;
    }

    private Expr.Passed testArguments() {
        Token token = tokens.peek();
        if (token.isOperator("(")) {
            return passed();
        }
        if (!startsArgument(token)) {
            return Expr.Passed.NOTHING;
        }
        if (token.isName("is")) {
            throw tokens.fail("tests cannot be chained with 'is'");
        }
        return new Expr.Passed(List.of(postfix(primary())), List.of(), null, null);
    }

    private static boolean startsArgument(Token token) {
        return switch (token.kind()) {
            case NAME -> !WORDS_AFTER_TEST.contains(token.text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> token.text().equals("[") || token.text().equals("{");
            default -> false;
        };
    }
}
