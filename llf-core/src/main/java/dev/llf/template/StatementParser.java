package dev.llf.template;

import dev.llf.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads statements: template text, printed expressions and tags. */
final class StatementParser {

    private static final Set<String> REFUSED = Set.of("extends", "block", "include", "import", "from", "autoescape",
            "do", "trans", "debug");

    private final Tokens tokens;
    private final ExpressionParser expressions;
    /** How many loops of the current function body are open. */
    private int loops;

    StatementParser(Tokens tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    List<Stmt> template() {
        return statements(Set.of());
    }

    /** Statements up to one of the end words, which is left to be read, or up to the end of the template. */
    private List<Stmt> statements(Set<String> endWords) {
        tokens.enter();
        List<Stmt> found = new ArrayList<>();
        while (!tokens.peek().is(Kind.END)) {
            Token token = tokens.next();
            switch (token.kind()) {
                case DATA -> found.add(new Stmt.Data(Text.own(token.text()), token.at()));
                case PRINT_BEGIN -> found.add(print(token.at()));
                default -> {
                    if (tokens.peek().is(Kind.NAME) && endWords.contains(tokens.peek().text())) {
                        tokens.leave();
                        return found;
                    }
                    found.addAll(tag(endWords));
                    tokens.expect(Kind.TAG_END);
                }
            }
        }
        if (!endWords.isEmpty()) {
            throw tokens.unexpected("the tag " + listed(endWords));
        }
        tokens.leave();
        return found;
    }

    private static String listed(Set<String> words) {
        return String.join(" or ", words.stream().sorted().map(word -> "'" + word + "'").toList());
    }

    private Stmt print(Position at) {
        Expr value = expressions.tuple(true);
        tokens.expect(Kind.PRINT_END);
        return new Stmt.Print(value, at);
    }

    private List<Stmt> body(Set<String> endWords) {
        tokens.skipOperator(":");
        tokens.expect(Kind.TAG_END);
        return statements(endWords);
    }

    private List<Stmt> bodyAndEnd(String endWord) {
        List<Stmt> body = body(Set.of(endWord));
        tokens.next();
        return body;
    }

    private List<Stmt> tag(Set<String> endWords) {
        Token tag = tokens.expect(Kind.NAME);
        Position at = tag.at();
        return switch (tag.text()) {
            case "if" -> List.of(ifTag(at));
            case "for" -> List.of(forTag(at));
            case "set" -> List.of(setTag(at));
            case "macro" -> List.of(new Stmt.MacroDef(targetName(), signatureAndBody("endmacro", at), at));
            case "call" -> List.of(callTag(at));
            case "filter" -> List.of(filterTag(at));
            case "with" -> List.of(withTag(at));
            case "print" -> printTag(at);
            case "break" -> List.of(loopTag(new Stmt.Break(at)));
            case "continue" -> List.of(loopTag(new Stmt.Continue(at)));
            case "generation" -> List.of(new Stmt.Generation(function(List.of(), List.of(), "endgeneration", at), at));
            default -> throw unknown(tag, endWords);
        };
    }

    private static TemplateException unknown(Token tag, Set<String> endWords) {
        String expected = endWords.isEmpty() ? "" : ", expected a known tag or " + listed(endWords);
        String kind = REFUSED.contains(tag.text()) ? "is not supported in chat templates" : "is unknown";
        return new TemplateException(tag.at(), "the tag '%s' %s%s".formatted(tag.text(), kind, expected));
    }

    private Stmt ifTag(Position at) {
        List<Stmt.Branch> branches = new ArrayList<>();
        Set<String> ends = Set.of("elif", "else", "endif");
        Token end;
        do {
            Expr test = expressions.tuple(false);
            branches.add(new Stmt.Branch(test, body(ends)));
            end = tokens.next();
        } while (end.isName("elif"));
        List<Stmt> otherwise = end.isName("else") ? bodyAndEnd("endif") : List.of();
        return new Stmt.If(branches, otherwise, at);
    }

    private Stmt forTag(Position at) {
        Target target = target(false);
        tokens.expectName("in");
        Expr items = expressions.tuple(false);
        Expr test = tokens.skipName("if") ? expressions.expression() : null;
        boolean recursive = tokens.skipName("recursive");
        loops++;
        List<Stmt> body = body(Set.of("endfor", "else"));
        loops--;
        List<Stmt> otherwise = tokens.next().isName("else") ? bodyAndEnd("endfor") : List.of();
        return new Stmt.For(target, items, test, recursive, body, otherwise, at);
    }

    private Stmt loopTag(Stmt stmt) {
        if (loops == 0) {
            throw new TemplateException(stmt.at(), "'break' and 'continue' need a loop around them");
        }
        return stmt;
    }

    private Stmt setTag(Position at) {
        Target target = target(true);
        if (tokens.skipOperator("=")) {
            return new Stmt.Set(target, expressions.tuple(true), at);
        }
        Expr filtered = expressions.blockFilters(false);
        return new Stmt.SetBlock(target, filtered, bodyAndEnd("endset"), at);
    }

    private Stmt callTag(Position at) {
        List<String> parameters = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        if (tokens.peek().isOperator("(")) {
            signature(parameters, defaults);
        }
        if (!(expressions.expression() instanceof Expr.Call call)) {
            throw new TemplateException(at, "the tag 'call' needs a call behind it");
        }
        return new Stmt.CallBlock(call, function(parameters, defaults, "endcall", at), at);
    }

    private Stmt filterTag(Position at) {
        Expr filtered = expressions.blockFilters(true);
        return new Stmt.FilterBlock(filtered, bodyAndEnd("endfilter"), at);
    }

    private Stmt withTag(Position at) {
        List<Target> targets = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!tokens.peek().is(Kind.TAG_END)) {
            if (!targets.isEmpty()) {
                tokens.expectOperator(",");
            }
            targets.add(target(false));
            tokens.expectOperator("=");
            values.add(expressions.expression());
        }
        return new Stmt.With(targets, values, bodyAndEnd("endwith"), at);
    }

    private List<Stmt> printTag(Position at) {
        List<Stmt> printed = new ArrayList<>();
        while (!tokens.peek().is(Kind.TAG_END)) {
            if (!printed.isEmpty()) {
                tokens.expectOperator(",");
            }
            printed.add(new Stmt.Print(expressions.expression(), at));
        }
        return printed;
    }

    private Stmt.Function signatureAndBody(String endWord, Position at) {
        List<String> parameters = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        signature(parameters, defaults);
        return function(parameters, defaults, endWord, at);
    }

    private Stmt.Function function(List<String> parameters, List<Expr> defaults, String endWord, Position at) {
        int outer = loops;
        loops = 0;
        List<Stmt> body = bodyAndEnd(endWord);
        loops = outer;
        return new Stmt.Function(List.copyOf(parameters), List.copyOf(defaults), body, at);
    }

    private void signature(List<String> parameters, List<Expr> defaults) {
        tokens.expectOperator("(");
        while (!tokens.skipOperator(")")) {
            if (!parameters.isEmpty()) {
                tokens.expectOperator(",");
            }
            String name = targetName();
            if (parameters.contains(name)) {
                throw tokens.fail("the parameter '%s' is declared twice".formatted(name));
            }
            parameters.add(name);
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw tokens.fail("a parameter without default follows one with a default");
            }
        }
    }

    private String targetName() {
        Token token = tokens.peek();
        if (!(target(tokens.expect(Kind.NAME), false) instanceof Target.ToName name)) {
            throw new TemplateException(token.at(), "found %s, expected a name".formatted(token.described()));
        }
        return name.name();
    }

    /** A name, an attribute of a namespace, or several of them with commas between. */
    private Target target(boolean attributes) {
        Position at = tokens.peek().at();
        List<Target> items = new ArrayList<>();
        boolean comma = false;
        while (!endsTarget()) {
            items.add(oneTarget(attributes));
            if (!tokens.skipOperator(",")) {
                break;
            }
            comma = true;
        }
        if (items.isEmpty()) {
            throw tokens.unexpected("a name to assign to");
        }
        return comma ? new Target.ToTuple(items, at) : items.get(0);
    }

    private boolean endsTarget() {
        Token token = tokens.peek();
        return token.is(Kind.TAG_END) || token.isOperator(")");
    }

    private Target oneTarget(boolean attributes) {
        if (!tokens.peek().isOperator("(")) {
            return target(tokens.expect(Kind.NAME), attributes);
        }
        tokens.enter();
        tokens.next();
        Target inside = target(false);
        tokens.expectOperator(")");
        tokens.leave();
        return inside;
    }

    private Target target(Token name, boolean attributes) {
        if (Set.of("true", "True", "false", "False", "none", "None").contains(name.text())) {
            throw new TemplateException(name.at(), "nothing can be assigned to '%s'".formatted(name.text()));
        }
        if (attributes && tokens.skipOperator(".")) {
            return new Target.ToAttribute(name.text(), tokens.expect(Kind.NAME).text(), name.at());
        }
        return new Target.ToName(name.text(), name.at());
    }
}
