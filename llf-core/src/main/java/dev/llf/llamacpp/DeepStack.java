package dev.llf.llamacpp;

import dev.llf.error.EngineException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Gives the engine's tokenizer the stack that long words need.
 *
 * <p>It splits text into words with a matcher that calls itself for every character of a word: a run of about 2,500
 * characters without a space, or of as many spaces, overflows a stack of 1 MiB, which ends the process. Each character
 * takes about 350 bytes, with some vocabularies 800. Text with a long run is therefore tokenised on a thread of its own, whose stack is reserved but
 * only used as far as needed; ordinary text is not.
 */
final class DeepStack {

    /** Such a run is safe on any thread. */
    static final int SHALLOW = 200;
    /** The longest run that fits the deep stack, with a margin. */
    static final int DEEP = 400_000;

    private static final long STACK_BYTES = 512L << 20;

    private DeepStack() {}

    /**
     * Makes a call that tokenises the text.
     *
     * @throws IllegalArgumentException if the text has a run that even the deep stack cannot hold
     */
    static <T> T call(String text, Supplier<T> call) {
        int run = longestRun(text);
        if (run <= SHALLOW) {
            return call.get();
        }
        if (run > DEEP) {
            throw new IllegalArgumentException(
                    ("The text has %d characters without a space, or as many spaces, in a row; "
                            + "the engine can split at most %d. Put spaces or line breaks into it.")
                            .formatted(run, DEEP));
        }
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("llf-deep-stack").stackSize(STACK_BYTES).start(() -> {
            try {
                result.complete(call.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause
                    : new EngineException("The engine could not tokenise a text", e.getCause());
        }
    }

    /** Returns the length of the longest run of characters that are all white space or all not. */
    static int longestRun(String text) {
        int longest = 0;
        int start = 0;
        for (int i = 1; i <= text.length(); i++) {
            if (i == text.length() || isSpace(text.charAt(i)) != isSpace(text.charAt(i - 1))) {
                longest = Math.max(longest, i - start);
                start = i;
            }
        }
        return longest;
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }
}
