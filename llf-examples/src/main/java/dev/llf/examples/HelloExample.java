package dev.llf.examples;

import dev.llf.Llf;
import dev.llf.testing.TinyModel;

/** One question, one answer. */
public final class HelloExample {

    private HelloExample() {}

    /**
     * Runs the example.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        try (Llf llf = Llf.builder().model(TinyModel.path()).build()) {
            System.out.println(llf.chat("What is LLF?").text());
        }
    }
}
