package dev.llf.observe.analytics;

import dev.llf.chat.FinishReason;
import dev.llf.chat.Usage;
import dev.llf.chat.WellFormed;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** One thing worth counting. Never holds what was said: names, numbers and times only. */
public sealed interface AnalyticsEvent {

    /** The most UTF-16 code units of a name, an id or an error message. */
    int MAX_TEXT = 256;

    /** The longest time that something may have taken. */
    Duration MAX_DURATION = Duration.ofDays(366);

    /**
     * Returns when and where it happened.
     *
     * @return the origin
     */
    Origin origin();

    /**
     * When and where something happened.
     *
     * @param time         the time at its end, from year 0 to 9999
     * @param conversation the conversation's id or a pseudonym
     * @param tenant       for whom, by name or pseudonym; empty if nobody was named
     */
    record Origin(Instant time, String conversation, Optional<String> tenant) {

        private static final Instant MIN = Instant.parse("0000-01-01T00:00:00Z");
        private static final Instant MAX = Instant.parse("9999-12-31T23:59:59.999999999Z");

        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the year is out of range, or a text is too long or not well-formed Unicode
         */
        public Origin {
            require(!time.isBefore(MIN) && !time.isAfter(MAX), "the year must be 0 to 9999");
            checkText(conversation, "conversation");
            tenant.ifPresent(name -> checkText(name, "tenant"));
        }
    }

    /**
     * A turn has ended with an answer, or was cancelled.
     *
     * @param origin          when and where
     * @param model           the model's name; empty if none was chosen
     * @param usage           tokens of all its requests
     * @param firstToken      from queueing to the first token; empty if there was none
     * @param tokensPerSecond speed of decoding the last answer; 0 if fewer than two tokens came
     * @param queued          waiting for earlier turns and for the model
     * @param total           from queueing to the end
     * @param finishReason    why it ended
     * @param rounds          answers of the model
     * @param toolCalls       tool calls
     */
    record TurnEnded(Origin origin, Optional<String> model, Usage usage, Optional<Duration> firstToken,
            double tokensPerSecond, Duration queued, Duration total, FinishReason finishReason, int rounds,
            int toolCalls) implements AnalyticsEvent {

        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if a number is negative or not finite, a time is negative or longer than
         *                                  {@link #MAX_DURATION}, or a text is too long or not well-formed Unicode
         */
        public TurnEnded {
            Objects.requireNonNull(origin, "origin");
            model.ifPresent(name -> checkText(name, "model"));
            Objects.requireNonNull(usage, "usage");
            firstToken.ifPresent(time -> checkDuration(time, "firstToken"));
            require(tokensPerSecond >= 0 && Double.isFinite(tokensPerSecond), "tokensPerSecond must be >= 0");
            checkDuration(queued, "queued");
            checkDuration(total, "total");
            Objects.requireNonNull(finishReason, "finishReason");
            require(rounds >= 0 && toolCalls >= 0, "rounds and toolCalls must be >= 0");
        }

        /**
         * Tells whether the turn ended by itself.
         *
         * @return false if it was cancelled or its time was up
         */
        public boolean isSuccess() {
            return finishReason != FinishReason.CANCELLED && finishReason != FinishReason.DEADLINE;
        }
    }

    /**
     * A tool has run, or was not allowed to.
     *
     * @param origin when and where
     * @param tool   the tool's name as the model wrote it, cut to {@link #MAX_TEXT}
     * @param error  whether it failed
     * @param took   how long all tools of the same round took together
     */
    record ToolCalled(Origin origin, String tool, boolean error, Duration took) implements AnalyticsEvent {

        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the time is negative or longer than {@link #MAX_DURATION}, or the name is too
         *                                  long or not well-formed Unicode
         */
        public ToolCalled {
            Objects.requireNonNull(origin, "origin");
            checkText(tool, "tool");
            checkDuration(took, "took");
        }
    }

    /**
     * A turn has failed.
     *
     * @param origin  when and where
     * @param model   the model's name; empty if none was chosen
     * @param usage   tokens taken in vain
     * @param total   from queueing to the failure
     * @param type    the name of the exception's class
     * @param message what of its message may be kept; possibly empty
     */
    record TurnFailed(Origin origin, Optional<String> model, Usage usage, Duration total, String type,
            String message) implements AnalyticsEvent {

        /**
         * Checks the parts.
         *
         * @throws IllegalArgumentException if the time is negative or longer than {@link #MAX_DURATION}, or a text is too
         *                                  long or not well-formed Unicode
         */
        public TurnFailed {
            Objects.requireNonNull(origin, "origin");
            model.ifPresent(name -> checkText(name, "model"));
            Objects.requireNonNull(usage, "usage");
            checkDuration(total, "total");
            checkText(type, "type");
            checkText(message, "message");
        }
    }

    private static void checkText(String text, String what) {
        WellFormed.text(text, what);
        if (text.length() > MAX_TEXT) {
            throw new IllegalArgumentException("%s has %d characters, at most %d can be kept".formatted(what,
                    text.length(), MAX_TEXT));
        }
    }

    private static void checkDuration(Duration time, String what) {
        if (time.isNegative() || time.compareTo(MAX_DURATION) > 0) {
            throw new IllegalArgumentException("%s must be 0 to %s, was %s".formatted(what, MAX_DURATION, time));
        }
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
