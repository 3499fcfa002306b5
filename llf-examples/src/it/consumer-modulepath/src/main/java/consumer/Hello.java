package consumer;

import dev.llf.Llf;
import dev.llf.llamacpp.Isolation;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.testing.TinyModel;

public final class Hello {

    private Hello() {}

    public static void main(String[] args) {
        try (Llf llf = Llf.builder().model(TinyModel.path()).build()) {
            System.out.println(llf.chat("What is LLF?").text());
        }
        try (Llf llf = Llf.builder().model(LlamaChatModel.builder(TinyModel.path()).isolation(Isolation.WORKER_JVM).build())
                .build()) {
            System.out.println("worker: " + llf.chat("What is LLF?").text());
        }
        System.out.println("module: " + Hello.class.getModule().getName() + " uses " + Llf.class.getModule().getName());
    }
}
