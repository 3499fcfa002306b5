package dev.llf.observe;

import dev.llf.chat.Usage;
import dev.llf.spi.TurnEvent.Answered;
import dev.llf.spi.TurnEvent.PromptPlanned;
import dev.llf.spi.TurnEvent.Routed;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** The spans of a turn that has ended. */
final class SpanTree {

    private static final int MAX_REASON = 200;

    private final TurnTimeline turn;
    private final Content content;
    private final String model;

    private SpanTree(TurnTimeline turn, Content content) {
        this.turn = turn;
        this.content = content;
        model = Shown.name(turn.model());
    }

    static Span of(TurnTimeline turn, Content content) {
        return new SpanTree(turn, content).root();
    }

    private Span root() {
        SpanBuilder root = new SpanBuilder(GenAi.INVOKE_AGENT, new Interval(Duration.ZERO, turn.total()))
                .text(GenAi.OPERATION_NAME, GenAi.INVOKE_AGENT).text(GenAi.PROVIDER_NAME, GenAi.PROVIDER)
                .text(GenAi.CONVERSATION_ID, Shown.name(turn.moment().conversation()))
                .text(GenAi.TENANT, turn.moment().tenant().map(Shown::name)).text(GenAi.REQUEST_MODEL, model)
                .text(GenAi.OUTCOME, turn.outcome().label());
        usage(root, turn.usage());
        turn.cause().ifPresent(cause -> failure(root, cause));
        if (turn.dropped() > 0) {
            root.number(GenAi.EVENTS_DROPPED, turn.dropped());
        }
        root.child(queue());
        turn.lookups().stream().filter(lookup -> !turn.withinPlanning(lookup)).map(SpanTree::lookup)
                .forEach(root::child);
        turn.rounds().forEach(round -> add(root, round));
        root.child(turn.isAnswered() ? GenAi.COMMIT : GenAi.PLAN, turn.rest().ifLong());
        return root.build();
    }

    private static void usage(SpanBuilder span, Usage usage) {
        span.number(GenAi.INPUT_TOKENS, usage.promptTokens()).number(GenAi.CACHED_TOKENS, usage.cachedTokens())
                .number(GenAi.OUTPUT_TOKENS, usage.completionTokens());
    }

    private void failure(SpanBuilder root, Throwable cause) {
        String type = Shown.name(cause.getClass().getName());
        TreeMap<String, Attribute> attributes = new TreeMap<>();
        attributes.put(GenAi.EXCEPTION_TYPE, new Attribute.Text(type));
        String message = cause.getMessage();
        if (message != null) { // it may quote what was said
            content.of(message)
                    .ifPresent(shown -> attributes.put(GenAi.EXCEPTION_MESSAGE, new Attribute.Text(shown)));
        }
        root.text(GenAi.ERROR_TYPE, type).event(new Span.Event(GenAi.EXCEPTION, turn.total(), attributes));
    }

    private Span queue() {
        SpanBuilder queue = new SpanBuilder(GenAi.QUEUE, turn.queue());
        return queue.text(GenAi.ROUTE_STRATEGY, turn.routed().map(Routed::strategy).map(Shown::name))
                .text(GenAi.ROUTE_REASON, turn.routed().map(it -> Shown.text(it.reason(), MAX_REASON))).build();
    }

    private static Span lookup(Lookup lookup) {
        return new SpanBuilder(lookup.memory() ? GenAi.RECALL : GenAi.RETRIEVE, lookup.interval())
                .number(lookup.memory() ? GenAi.MEMORIES : GenAi.PASSAGES, lookup.found()).build();
    }

    private void add(SpanBuilder root, Round round) {
        round.planning().ifPresent(when -> root.child(plan(round, when)));
        round.chat().ifPresent(when -> root.child(chat(round, when)));
        round.toolTime().ifPresent(when -> root.child(tools(round, when)));
    }

    private Span plan(Round round, Interval when) {
        SpanBuilder span = new SpanBuilder(GenAi.PLAN, when).number(GenAi.ROUND, round.number());
        round.plan().ifPresent(plan -> describe(span, plan));
        turn.lookups().stream().filter(lookup -> TurnTimeline.isWithin(lookup, round)).map(SpanTree::lookup)
                .forEach(span::child);
        return span.build();
    }

    private static void describe(SpanBuilder span, PromptPlanned plan) {
        span.number(GenAi.CONTEXT_TOKENS, plan.contextTokens()).number(GenAi.OMITTED_TURNS, plan.omittedTurns())
                .texts(GenAi.TOOLS_OFFERED, plan.tools().stream().map(Shown::name).toList());
        plan.tokens().forEach((part, tokens) -> span.number(GenAi.PROMPT_TOKENS_OF + Shown.name(part), tokens));
    }

    private Span chat(Round round, Interval when) {
        SpanBuilder span = new SpanBuilder(GenAi.CHAT + " " + model, when).text(GenAi.OPERATION_NAME, GenAi.CHAT)
                .text(GenAi.PROVIDER_NAME, GenAi.PROVIDER).text(GenAi.REQUEST_MODEL, model)
                .number(GenAi.ROUND, round.number())
                .child(GenAi.WAIT, round.waiting()).child(GenAi.PREFILL, round.prefill())
                .child(GenAi.DECODE, round.decode());
        round.admitted().ifPresent(it -> span.number(GenAi.INPUT_TOKENS, it.promptTokens())
                .number(GenAi.CACHED_TOKENS, it.cachedTokens()));
        round.firstToken()
                .ifPresent(at -> span.event(new Span.Event(GenAi.FIRST_TOKEN_EVENT, at, Collections.emptySortedMap())));
        round.answered().ifPresent(it -> describe(span, it));
        Speed.ofPrefill(round).perSecond().ifPresent(rate -> span.decimal(GenAi.PREFILL_RATE, rate));
        Speed.ofDecoding(round).perSecond().ifPresent(rate -> span.decimal(GenAi.DECODE_RATE, rate));
        return span.build();
    }

    private void describe(SpanBuilder span, Answered answered) {
        usage(span, answered.response().usage());
        span.texts(GenAi.FINISH_REASONS,
                List.of(answered.response().finishReason().name().toLowerCase(Locale.ROOT)))
                .text(GenAi.ANSWER, content.of(answered.response().text()));
    }

    private Span tools(Round round, Interval when) {
        SpanBuilder span = new SpanBuilder(GenAi.TOOLS, when).number(GenAi.ROUND, round.number());
        round.tools().forEach(run -> span.child(tool(run)));
        return span.build();
    }

    private Span tool(ToolRun run) {
        String name = Shown.name(run.call().name());
        return new SpanBuilder(GenAi.EXECUTE_TOOL + " " + name, run.interval())
                .text(GenAi.OPERATION_NAME, GenAi.EXECUTE_TOOL).text(GenAi.TOOL_NAME, name)
                .text(GenAi.TOOL_CALL_ID, Shown.name(run.call().id())).flag(GenAi.TOOL_FAILED, run.failed())
                .text(GenAi.TOOL_ARGUMENTS, content.ofArguments(run.call().arguments()))
                .text(GenAi.TOOL_RESULT, run.result().flatMap(result -> content.of(result.text()))).build();
    }
}
