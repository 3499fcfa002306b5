package dev.llf;

import dev.llf.error.BusyException;
import dev.llf.error.CancelledException;
import dev.llf.error.ContextOverflowException;
import dev.llf.error.LlfException;
import java.util.Locale;

/**
 * What somebody far away may know of a failure: its kind and our own words, never its message, which may name files and
 * hold the end of a log.
 *
 * @param code    the exception's name without its ending, in lower case with underscores; {@value #INTERNAL} if it is none of
 *                LLF's
 * @param message what happened and the next step
 */
record SafeFailure(String code, String message) {

    private static final String INTERNAL = "internal";

    static SafeFailure of(Throwable failure) {
        return new SafeFailure(code(failure), switch (failure) {
            case BusyException busy -> "The model has more to do than it may take on. Try again later.";
            case CancelledException cancelled ->
                "The turn was cancelled, or its time was up, before the answer began. Ask again if it still matters.";
            case ContextOverflowException overflow ->
                "The text is too long for the model. Shorten it or begin a new conversation.";
            default -> "The turn failed and nothing of it was kept. Ask again, or report the conversation's id.";
        });
    }

    private static String code(Throwable failure) {
        String name = failure.getClass().getSimpleName().replaceFirst("Exception$", "");
        return failure instanceof LlfException && !name.isEmpty()
                ? name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT)
                : INTERNAL;
    }
}
