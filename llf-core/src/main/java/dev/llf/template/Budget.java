package dev.llf.template;

/** What is left of a rendering's {@link TemplateLimits}. One rendering, one thread. */
final class Budget {

    private final TemplateLimits limits;
    private long steps;
    private int depth;

    Budget(TemplateLimits limits) {
        this.limits = limits;
        this.steps = limits.maxSteps();
    }

    void step() {
        spend(1);
    }

    void spend(long count) {
        steps -= count;
        if (steps < 0) {
            throw new TemplateFault("rendering took more than the allowed %d steps".formatted(limits.maxSteps()));
        }
    }

    /** Pays for reading a text once. */
    void read(Text text) {
        spend(1 + (text.value().length() >> 4));
    }

    /** Pays for a search, which may compare the whole needle at each place. */
    void search(Text hay, Text needle) {
        long places = Math.max(0, hay.value().length() - needle.value().length()) + 1L;
        spend((1 + (places >> 4)) * (1 + (needle.value().length() >> 6)));
    }

    /** Pays for text to be made; refuses a text that would be too long. */
    void produce(long added, long total) {
        if (total > limits.maxChars()) {
            throw new TemplateFault("a text would be longer than the allowed %d chars".formatted(limits.maxChars()));
        }
        spend(1 + (added >> 2));
    }

    void enter() {
        if (++depth > limits.maxDepth()) {
            throw new TemplateFault("nested deeper than the allowed %d levels".formatted(limits.maxDepth()));
        }
    }

    void leave() {
        depth--;
    }
}
