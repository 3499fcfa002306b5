package dev.llf.template;

import java.time.Clock;
import java.time.ZoneId;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A model's chat template, parsed and ready to render prompts.
 *
 * <p>Immutable and thread-safe: parse once, render from any thread. The language is Jinja2's in the sandbox that chat
 * templates are written for: {@code trim_blocks} and {@code lstrip_blocks} on, {@code break} and {@code continue},
 * {@code raise_exception}, {@code strftime_now}, {@code generation} blocks, and a {@code tojson} that writes plain JSON.
 * Templates cannot load other templates or change the values that they are given.
 */
public final class ChatTemplate {

    private final List<Stmt> body;
    private final Scope root;
    private final IdentityHashMap<Object, Scope> scopes;
    private final Set<String> contextNames;

    private ChatTemplate(List<Stmt> body) {
        this.body = body;
        var binder = new Binder(body);
        this.root = binder.root();
        this.scopes = binder.scopes();
        this.contextNames = Set.copyOf(binder.contextNames());
    }

    /**
     * Parses a template.
     *
     * @param source the template's text, as the model file carries it
     * @return the parsed template
     * @throws TemplateException if the template is malformed or uses what the engine does not know
     */
    public static ChatTemplate parse(String source) {
        Objects.requireNonNull(source, "source");
        try {
            var tokens = new Tokens(new Lexer(new Source(source)).tokens());
            return new ChatTemplate(new StatementParser(tokens).template());
        } catch (TemplateFault fault) {
            throw fault.at(Position.NONE);
        } catch (StackOverflowError e) {
            throw new TemplateException(Position.NONE, "nested too deep for this thread's stack");
        }
    }

    /**
     * Renders a prompt within the default limits and with the system's clock.
     *
     * @param context what the template can read, by name: {@code messages}, {@code tools}, {@code bos_token} and so on;
     *                values are strings, {@link TrustedText}, numbers, booleans, null, lists and maps of such values
     * @return the prompt, which tells its foreign text apart
     * @throws TemplateException        if the template refuses the input, fails on it or goes beyond the limits
     * @throws IllegalArgumentException if the context holds a value of another type
     */
    public Rendered render(Map<String, ?> context) {
        return render(context, TemplateLimits.defaults(), Clock.system(ZoneId.systemDefault()));
    }

    /**
     * Renders a prompt.
     *
     * @param context what the template can read, by name; values are strings, {@link TrustedText}, numbers, booleans,
     *                null, lists and maps of such values
     * @param limits  how much the rendering may use
     * @param clock   the time and zone that {@code strftime_now} shows
     * @return the prompt, which tells its foreign text apart
     * @throws TemplateException        if the template refuses the input, fails on it or goes beyond the limits
     * @throws IllegalArgumentException if the context holds a value of another type
     */
    public Rendered render(Map<String, ?> context, TemplateLimits limits, Clock clock) {
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(clock, "clock");
        var budget = new Budget(Objects.requireNonNull(limits, "limits"));
        try {
            Map<String, Object> values = new ContextValues(budget).of(context);
            Text text = new Interpreter(scopes, values, budget, clock).run(body, root);
            return new Rendered(
                    text.runs().stream().map(run -> new Rendered.Span(run.value(), run.anyForeign())).toList());
        } catch (TemplateFault fault) {
            throw fault.at(Position.NONE);
        } catch (StackOverflowError e) {
            throw new TemplateException(Position.NONE, "nested too deep for this thread's stack");
        }
    }

    /**
     * Tells whether the template can read a variable of the context, such as {@code tools} or {@code enable_thinking}.
     *
     * @param name the variable's name
     * @return true if some part of the template takes that name from the context
     */
    public boolean mentions(String name) {
        return contextNames.contains(name);
    }
}
