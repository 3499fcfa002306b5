package dev.llf.observe.analytics;

import dev.llf.chat.FinishReason;
import dev.llf.conversation.files.WholeFile;
import dev.llf.error.StorageException;
import dev.llf.observe.Distribution;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What happened in a period.
 *
 * <p>A turn is whatever ended in any way: with an answer, cancelled or failed. Latencies and speeds are of turns that ended by
 * themselves only; tokens and cost are of all. All that is looked at is of the period and nothing else. Of names, the first
 * 1,000 that occur are told apart and the rest is named {@value #OTHER}.
 *
 * @param generatedAt   when the report was made
 * @param period        what it is about
 * @param tokens        tokens of all turns
 * @param cost          what they cost
 * @param performance   how fast it was
 * @param outcomes      how turns ended
 * @param tools         which tools ran
 * @param models        models side by side, the most used first
 * @param days          days with turns, in order
 * @param conversations how many there were and how long
 * @param hours         turns by the hour of the day in which they ended: 24 numbers
 * @param weekdays      turns by the day of the week on which they ended: all seven days, from Monday
 * @param events        how many events were counted
 * @param badLines      lines of the files that were no events and were passed over, whatever their time
 * @param insights      what should be looked at; at least one, unless there are no rules
 */
public record AnalyticsReport(Instant generatedAt, Period period, Tokens tokens, Cost cost, Performance performance,
        Outcomes outcomes, Tools tools, List<ModelFigures> models, List<DayFigures> days, Activity conversations,
        List<Long> hours, Map<DayOfWeek, Long> weekdays, long events, long badLines, List<Insight> insights) {

    /** The version of the exported forms. */
    public static final int SCHEMA_VERSION = 1;

    /** Stands for the names beyond those that are told apart. */
    public static final String OTHER = "(other)";

    /** Copies the lists. */
    public AnalyticsReport {
        models = List.copyOf(models);
        days = List.copyOf(days);
        hours = List.copyOf(hours);
        insights = List.copyOf(insights);
    }

    /**
     * Tokens of turns.
     *
     * @param turns      how many turns
     * @param prompt     tokens of prompts
     * @param cached     how many of them were not evaluated again
     * @param completion tokens that were generated
     */
    public record Tokens(long turns, long prompt, long cached, long completion) {

        /**
         * Returns prompts and completions together.
         *
         * @return tokens
         */
        public long total() {
            return prompt + completion;
        }

        /**
         * Returns the average of a turn.
         *
         * @return tokens; 0 without turns
         */
        public double perTurn() {
            return ratio(total(), turns);
        }

        /**
         * Returns how much of the prompts was cached.
         *
         * @return 0 to 1; 0 without prompts
         */
        public double cachedShare() {
            return ratio(cached, prompt);
        }
    }

    /**
     * What tokens cost.
     *
     * @param currency the currency
     * @param total    the cost of all that has a price
     * @param unpriced tokens by the name of the model whose price is not known; not in the total
     */
    public record Cost(String currency, BigDecimal total, Map<String, Long> unpriced) {

        /**
         * Tells whether the price of all tokens is known.
         *
         * @return false if the total leaves some out
         */
        public boolean isComplete() {
            return unpriced.isEmpty();
        }
    }

    /**
     * How fast turns were that ended by themselves.
     *
     * @param totalSeconds      from queueing to the end; empty without such turns
     * @param firstTokenSeconds from queueing to the first token; empty if none had one
     * @param tokensPerSecond   speed of decoding the last answer of each turn; empty if none has a speed
     * @param throughput        that speed weighted by tokens: all tokens of turns with a speed, by the time that decoding
     *                          them takes at it; 0 without any
     */
    public record Performance(Optional<Distribution> totalSeconds, Optional<Distribution> firstTokenSeconds,
            Optional<Distribution> tokensPerSecond, double throughput) {}

    /**
     * How turns ended.
     *
     * @param turns      all turns
     * @param succeeded  those that ended by themselves
     * @param cancelled  those that were cancelled or whose time was up
     * @param failed     those that failed
     * @param reasons    turns by finish reason, failed ones left out
     * @param errorTypes the ten most frequent types of errors and how often they occurred, the most frequent first
     */
    public record Outcomes(long turns, long succeeded, long cancelled, long failed, Map<FinishReason, Long> reasons,
            Map<String, Long> errorTypes) {

        /**
         * Returns how many turns failed.
         *
         * @return 0 to 1; 0 without turns
         */
        public double errorRate() {
            return ratio(failed, turns);
        }

        /**
         * Returns how many turns were cancelled.
         *
         * @return 0 to 1; 0 without turns
         */
        public double cancelledShare() {
            return ratio(cancelled, turns);
        }
    }

    /**
     * Which tools ran.
     *
     * @param calls    calls of all tools
     * @param errors   how many of them failed
     * @param unique   how many tools were called
     * @param mostUsed the ten tools that were called most
     * @param failing  the tools with errors, the highest rate first
     */
    public record Tools(long calls, long errors, int unique, List<ToolFigures> mostUsed, List<ToolFigures> failing) {}

    /**
     * Calls of a tool.
     *
     * @param name        its name
     * @param calls       how often it was called
     * @param errors      how often it failed
     * @param meanSeconds how long a round of calls took in which it was, on average
     */
    public record ToolFigures(String name, long calls, long errors, double meanSeconds) {

        /**
         * Returns how many calls failed.
         *
         * @return 0 to 1; 0 without calls
         */
        public double errorRate() {
            return ratio(errors, calls);
        }
    }

    /**
     * Turns of a model. Turns for which none was chosen are of no model.
     *
     * @param model       its name
     * @param tokens      tokens of all its turns
     * @param failed      how many of them failed
     * @param cancelled   how many were cancelled or whose time was up
     * @param performance how fast it was
     * @param cost        what it cost; empty if the price of some tokens is not known
     */
    public record ModelFigures(String model, Tokens tokens, long failed, long cancelled, Performance performance,
            Optional<BigDecimal> cost) {

        /**
         * Returns how many turns failed.
         *
         * @return 0 to 1; 0 without turns
         */
        public double errorRate() {
            return ratio(failed, tokens.turns());
        }
    }

    /**
     * Turns of a day in the period's zone.
     *
     * @param day    the day on which they ended
     * @param tokens their tokens
     * @param cost   what they cost, unpriced models left out
     */
    public record DayFigures(LocalDate day, Tokens tokens, BigDecimal cost) {}

    /**
     * How many conversations there were. Exact up to a million; turns of further ones are left out here.
     *
     * @param count     conversations with turns in the period
     * @param complete  whether all were counted
     * @param meanTurns turns of a conversation on average
     * @param mostTurns turns of the longest one
     */
    public record Activity(int count, boolean complete, double meanTurns, int mostTurns) {}

    private static double ratio(long part, long whole) {
        return ratio((double) part, (double) whole);
    }

    static double ratio(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }

    AnalyticsReport with(List<Insight> found) {
        return new AnalyticsReport(generatedAt, period, tokens, cost, performance, outcomes, tools, models, days,
                conversations, hours, weekdays, events, badLines, found);
    }

    /**
     * Returns the report in a form to store or to show.
     *
     * @param format the form
     * @return the text
     */
    public String render(ReportFormat format) {
        return format.render(ReportTables.of(this));
    }

    /**
     * Writes the report into a file, in the place of what is there, whole or not at all. Only its owner may read it.
     *
     * @param file   the file, whose directory is there
     * @param format the form
     * @throws StorageException if it cannot be written
     */
    public void write(Path file, ReportFormat format) {
        byte[] text = render(format).getBytes(StandardCharsets.UTF_8);
        try {
            WholeFile.replace(file, out -> out.write(text));
        } catch (IOException e) {
            throw new StorageException(
                    "%s: the report cannot be written (%s); check that the directory exists, is writable "
                            .formatted(file, e) + "and has space",
                    e);
        }
    }
}
