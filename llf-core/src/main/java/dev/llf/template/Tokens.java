package dev.llf.template;

import dev.llf.template.Token.Kind;
import java.util.List;

/** The tokens of a template, read one after the other. */
final class Tokens {

    /** Enough for any template made by people, and safe on a small stack. */
    private static final int MAX_DEPTH = 120;

    private final List<Token> tokens;
    private int at;
    private int depth;

    Tokens(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peekNext() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = peek();
        if (!token.is(Kind.END)) {
            at++;
        }
        return token;
    }

    boolean skipName(String name) {
        boolean found = peek().isName(name);
        if (found) {
            next();
        }
        return found;
    }

    boolean skipOperator(String operator) {
        boolean found = peek().isOperator(operator);
        if (found) {
            next();
        }
        return found;
    }

    Token expect(Kind kind) {
        if (!peek().is(kind)) {
            throw unexpected(switch (kind) {
                case NAME -> "a name";
                case TAG_END -> "'%}'";
                case PRINT_END -> "'}}'";
                default -> kind.toString();
            });
        }
        return next();
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    TemplateException unexpected(String expected) {
        return fail("found %s, expected %s".formatted(peek().described(), expected));
    }

    TemplateException fail(String message) {
        return new TemplateException(peek().at(), message);
    }

    void enter() {
        if (++depth > MAX_DEPTH) {
            throw fail("nested deeper than %d levels".formatted(MAX_DEPTH));
        }
    }

    void leave() {
        depth--;
    }
}
