package dev.llf;

import dev.llf.Selection.Answerer;
import dev.llf.chat.ChatEvent;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Timings;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.chat.UserMessage;
import dev.llf.conversation.History;
import dev.llf.error.CancelledException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.EngineException;
import dev.llf.spi.TurnEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One turn from its place in line to its end, whatever that is.
 *
 * <p>Runs on one thread; {@link #cancel()} comes from any.
 */
final class TurnRun implements TurnQueue.Place {

    private final TurnSettings settings;
    private final TurnOptions options;
    private final TurnEvents events;
    private final Observer observer;
    private final TurnControl control;
    private Duration waited = Duration.ZERO;
    private @Nullable Answerer answerer;
    private @Nullable Rounds rounds;

    /** What happens within a turn, for whoever streams it. Called on the turn's thread; must not block. */
    interface Observer {
        /** Nobody watches. */
        Observer NONE = new Observer() {
            @Override
            public void asked(ChatStream answer) {}

            @Override
            public void happened(ChatEvent event) {}
        };

        /** The model was asked and answers. */
        void asked(ChatStream answer);

        /** Something happened besides. */
        void happened(ChatEvent event);
    }

    /**
     * Where a turn begins.
     *
     * @param history  what was said before
     * @param question what the user says
     */
    record Opening(History history, UserMessage question) {}

    TurnRun(TurnSettings settings, TurnOptions options, TurnEvents events, Observer observer) {
        this.settings = settings;
        this.options = options;
        this.events = events;
        this.observer = observer;
        control = new TurnControl(settings.timeout());
    }

    /** Tells that the turn has its place. */
    void queued() {
        events.tell(TurnEvent.Queued::new);
    }

    TurnEvents.Place place() {
        return events.place();
    }

    @Override
    public void cancel() {
        control.cancel();
    }

    /**
     * Waits for this turn's place among the turns of its branch.
     *
     * @throws CancelledException if it was cancelled, interrupted or out of time before that
     */
    void awaitTurn(TurnQueue queue) {
        control.awaitFirst(queue, this);
        waited = control.elapsed();
    }

    /** Runs the turn. If this throws, nothing of it may be kept. */
    Reply run(Opening opening, OpenConversation conversation, String branch) {
        Instant time = settings.clock().instant();
        Selection selection = settings.models().select(options, opening.question.text());
        FinishReason reason = converse(selection, opening, conversation, branch);
        Rounds done = Objects.requireNonNull(rounds);
        Turn turn = turn(done, opening.history.last().map(Turn::id), time, reason);
        return new Reply(turn, done.plan(), timings(done), selection.decision());
    }

    /** The first model whose context holds the question answers it. */
    private FinishReason converse(Selection selection, Opening opening, OpenConversation conversation, String branch) {
        List<Answerer> answerers = selection.answerers();
        for (int i = 0;; i++) {
            Answerer next = answerers.get(i);
            answerer = next;
            events.tell(moment -> selection.routed(moment, next));
            TurnSettings own = settings.with(next.model());
            Rounds trial = new Rounds(own, options, control, events, observer,
                    new Rounds.Past(() -> conversation.composer(own, next.name()), opening.history,
                            conversation.session(branch)));
            rounds = trial;
            try {
                return trial.converse(opening.question);
            } catch (ContextOverflowException e) {
                if (trial.begun() || i + 1 == answerers.size()) {
                    throw e;
                }
            }
        }
    }

    private Answerer answerer() {
        return Objects.requireNonNull(answerer);
    }

    private Turn turn(Rounds done, Optional<String> parent, Instant time, FinishReason reason) {
        try {
            return new Turn(place().turn(), parent, time, done.said(), reason, done.usage(), answerer().name());
        } catch (IllegalArgumentException e) {
            throw new EngineException("The model's answer cannot stand in a conversation: %s".formatted(e.getMessage()),
                    e);
        }
    }

    private Timings timings(Rounds done) {
        return new Timings(waited.plus(done.queued()), done.firstToken(), control.elapsed(), done.tokensPerSecond());
    }

    /** Tells that the turn is in the log. */
    void kept(Reply reply) {
        Turn turn = reply.turn();
        FinishReason reason = turn.finishReason();
        events.tellLast(moment -> isEarly(reason)
                ? new TurnEvent.Cancelled(moment, reason, Optional.of(turn.model()), Optional.of(turn), reply.timings())
                : new TurnEvent.Completed(moment, turn.model(), turn, reply.timings()));
    }

    private static boolean isEarly(FinishReason reason) {
        return reason == FinishReason.CANCELLED || reason == FinishReason.DEADLINE;
    }

    /** Tells that nothing of the turn is in the log. */
    void failed(Throwable cause) {
        Optional<String> model = Optional.ofNullable(answerer).map(Answerer::name);
        Duration took = control.elapsed();
        Rounds tried = rounds;
        Usage usage = tried == null ? Usage.NONE : tried.usage();
        events.tellLast(moment -> cause instanceof CancelledException
                ? new TurnEvent.Cancelled(moment, control.stopped().orElse(FinishReason.CANCELLED), model,
                        Optional.empty(), new Timings(took, took, took, 0))
                : new TurnEvent.Failed(moment, model, usage, cause));
    }
}
