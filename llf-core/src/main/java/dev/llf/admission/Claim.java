package dev.llf.admission;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.Priority;
import java.util.Objects;
import java.util.Optional;

/**
 * What somebody asks for who stands in line.
 *
 * @param priority how much it matters
 * @param tenant   for whom it is; empty for all who are not named, together
 * @param tokens   the most tokens that it can take, prompt and answer, at least 0
 */
public record Claim(Priority priority, Optional<String> tenant, long tokens) {

    /**
     * Checks the number.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public Claim {
        Objects.requireNonNull(priority, "priority");
        Objects.requireNonNull(tenant, "tenant");
        if (tokens < 0) {
            throw new IllegalArgumentException("tokens must be >= 0, was %d".formatted(tokens));
        }
    }

    /**
     * Returns what a request asks for.
     *
     * @param request the request
     * @param tokens  the most tokens that it can take, prompt and answer, at least 0
     * @return its claim
     * @throws IllegalArgumentException if the number is negative
     */
    public static Claim of(ChatRequest request, long tokens) {
        return new Claim(request.priority(), request.tenant(), tokens);
    }
}
