package dev.llf.template;

/**
 * How much one rendering may use before it is a {@link TemplateException}.
 *
 * @param maxChars the longest text that may arise, output and intermediate values alike, in chars
 * @param maxSteps the work allowed: an expression or statement counts as one step, copied or compared text as one step
 *                 for four to sixteen chars; bounds time and memory
 * @param maxDepth how deep macros, recursive loops and nested values may go
 */
public record TemplateLimits(int maxChars, long maxSteps, int maxDepth) {

    private static final TemplateLimits DEFAULTS = new TemplateLimits(4 << 20, 20_000_000, 200);

    /**
     * Checks the limits.
     *
     * @param maxChars the longest text that may arise, output and intermediate values alike, in chars
     * @param maxSteps the work allowed, in steps
     * @param maxDepth how deep macros, recursive loops and nested values may go
     * @throws IllegalArgumentException if a limit is less than 1
     */
    public TemplateLimits {
        requirePositive("maxChars", maxChars);
        requirePositive("maxSteps", maxSteps);
        requirePositive("maxDepth", maxDepth);
    }

    /**
     * Returns the limits that hold unless others are given: 4 Mi chars, 20 million steps, depth 200.
     *
     * @return the default limits
     */
    public static TemplateLimits defaults() {
        return DEFAULTS;
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s must be >= 1, was %d".formatted(name, value));
        }
    }
}
