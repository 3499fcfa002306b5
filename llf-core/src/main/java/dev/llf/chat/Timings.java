package dev.llf.chat;

import java.time.Duration;

/**
 * How long a response took.
 *
 * @param queued          waiting for a place among the model's slots
 * @param firstToken      from the call to the first token, waiting included; the whole time if there was none
 * @param total           from the call to the end
 * @param tokensPerSecond speed of decoding after the first token; 0 if fewer than two tokens came
 */
public record Timings(Duration queued, Duration firstToken, Duration total, double tokensPerSecond) {

    /** No time at all. */
    public static final Timings NONE = new Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO, 0);
}
