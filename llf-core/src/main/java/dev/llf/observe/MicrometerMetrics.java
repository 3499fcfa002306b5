package dev.llf.observe;

import dev.llf.spi.TurnEvent;
import dev.llf.spi.TurnListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

/**
 * Counts turns in a registry of Micrometer, with OpenTelemetry's names for generative AI where they have one. Only for
 * programs that have {@code io.micrometer:micrometer-core}, which LLF does not bring along.
 *
 * <ul>
 * <li>{@code gen_ai.client.operation.duration}: a timer for each turn ({@code gen_ai.operation.name} is
 * {@code invoke_agent}) and each prompt in it ({@code chat})
 * <li>{@code gen_ai.client.token.usage}: a summary of the tokens of each turn; {@code gen_ai.token.type} is {@code input} or
 * {@code output}
 * <li>{@code llf.tokens.cached}: a counter of input tokens that need not be evaluated
 * <li>{@code gen_ai.server.time_to_first_token}: a timer for each turn with a token, waiting included
 * <li>{@code llf.request.queue_wait}: a timer for each turn
 * <li>{@code llf.prompt.eval_tokens_per_second}, {@code llf.decode.tokens_per_second}: summaries of the turns' speeds
 * <li>{@code llf.tools.calls}: a counter; {@code outcome} is {@code ok} or {@code error}
 * <li>{@code llf.tools.duration}: a timer for the tools of each round together
 * </ul>
 *
 * <p>All have the tags {@code gen_ai.provider.name} and {@code gen_ai.request.model}, with no more than 100 models and
 * {@code other}; the others but those of tools have {@code outcome}, too. No id, tenant, name of a tool or text becomes a
 * tag. Safe for use by many threads.
 */
public final class MicrometerMetrics implements TurnListener {

    private static final String OUTCOME = "outcome";

    private final RunningTurns running = new RunningTurns();
    private final Labels models = new Labels();
    private final MeterProvider<Timer> operations;
    private final MeterProvider<Timer> firstTokens;
    private final MeterProvider<Timer> queueWaits;
    private final MeterProvider<Timer> toolTimes;
    private final MeterProvider<DistributionSummary> tokens;
    private final MeterProvider<DistributionSummary> prefillRates;
    private final MeterProvider<DistributionSummary> decodeRates;
    private final MeterProvider<Counter> cachedTokens;
    private final MeterProvider<Counter> toolCalls;

    /**
     * Creates metrics in a registry.
     *
     * @param registry where to; stays the caller's, and must stay open while turns run
     */
    @SuppressWarnings("exports") // who calls it has Micrometer, and who has not need not
    public MicrometerMetrics(MeterRegistry registry) {
        operations = Timer.builder(GenAi.OPERATION_DURATION).description("Turns, and prompts in them")
                .withRegistry(registry);
        firstTokens = Timer.builder(GenAi.FIRST_TOKEN).description("From the turn's start to its first token")
                .withRegistry(registry);
        queueWaits = Timer.builder(GenAi.QUEUE_WAIT).description("Waiting for earlier turns and for the model")
                .withRegistry(registry);
        toolTimes = Timer.builder(GenAi.TOOL_DURATION).description("All tools of a round together")
                .withRegistry(registry);
        tokens = DistributionSummary.builder(GenAi.TOKEN_USAGE).baseUnit("token").description("Tokens of a turn")
                .withRegistry(registry);
        prefillRates = DistributionSummary.builder(GenAi.PREFILL_RATE).description("Speed of evaluating prompts")
                .withRegistry(registry);
        decodeRates = DistributionSummary.builder(GenAi.DECODE_RATE).description("Speed of writing answers")
                .withRegistry(registry);
        cachedTokens = Counter.builder(GenAi.TOKENS_CACHED).baseUnit("token")
                .description("Prompt tokens that need not be evaluated").withRegistry(registry);
        toolCalls = Counter.builder(GenAi.TOOL_CALLS).description("Tools that ran or were refused")
                .withRegistry(registry);
    }

    @Override
    public void on(TurnEvent event) {
        running.on(event).ifPresent(this::record);
    }

    private void record(TurnTimeline turn) {
        TurnMetrics metrics = TurnMetrics.of(turn, models.of(turn.model()));
        Tags model = Tags.of(GenAi.PROVIDER_NAME, GenAi.PROVIDER, GenAi.REQUEST_MODEL, metrics.model());
        Tags tags = model.and(OUTCOME, metrics.outcome().label());
        operations.withTags(tags.and(GenAi.OPERATION_NAME, GenAi.INVOKE_AGENT)).record(metrics.total());
        queueWaits.withTags(tags).record(metrics.queueWait());
        metrics.firstToken().ifPresent(time -> firstTokens.withTags(tags).record(time));
        metrics.prefillRate().ifPresent(rate -> prefillRates.withTags(tags).record(rate));
        metrics.decodeRate().ifPresent(rate -> decodeRates.withTags(tags).record(rate));
        tokens.withTags(tags.and(GenAi.TOKEN_TYPE, "input")).record(metrics.usage().promptTokens());
        tokens.withTags(tags.and(GenAi.TOKEN_TYPE, "output")).record(metrics.usage().completionTokens());
        cachedTokens.withTags(tags).increment(metrics.usage().cachedTokens());
        turn.rounds().forEach(round -> record(round, model, metrics.outcome()));
    }

    private void record(Round round, Tags model, Outcome ofTurn) {
        Outcome outcome = round.isAnsweredWhole() ? Outcome.OK : ofTurn;
        Tags chat = model.and(OUTCOME, outcome.label(), GenAi.OPERATION_NAME, GenAi.CHAT);
        round.chat().ifPresent(time -> operations.withTags(chat).record(time.length()));
        round.toolTime().ifPresent(time -> toolTimes.withTags(model).record(time.length()));
        round.tools().forEach(run -> toolCalls
                .withTags(model.and(OUTCOME, (run.failed() ? Outcome.ERROR : Outcome.OK).label())).increment());
    }
}
