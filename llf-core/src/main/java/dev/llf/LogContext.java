package dev.llf;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.slf4j.spi.MDCAdapter;

/**
 * Puts the ids of a conversation and its turn into the log's context ({@link MDC}) of this thread, and takes them out
 * again. A turn within a turn, as a tool may start one, gives way to the outer one afterwards.
 */
final class LogContext {

    private static final String CONVERSATION = "llf.conversation";
    private static final String TURN = "llf.turn";

    private final MDCAdapter context;
    private final @Nullable String outerConversation;
    private final @Nullable String outerTurn;

    private LogContext(MDCAdapter context) {
        this.context = context;
        outerConversation = context.get(CONVERSATION);
        outerTurn = context.get(TURN);
    }

    static LogContext enter(TurnEvents.Place place) {
        return enter(MDC.getMDCAdapter(), place);
    }

    static LogContext enter(MDCAdapter context, TurnEvents.Place place) {
        LogContext entered = new LogContext(context);
        context.put(CONVERSATION, place.conversation());
        context.put(TURN, place.turn());
        return entered;
    }

    void leave() {
        restore(CONVERSATION, outerConversation);
        restore(TURN, outerTurn);
    }

    private void restore(String key, @Nullable String value) {
        if (value == null) {
            context.remove(key);
        } else {
            context.put(key, value);
        }
    }
}
