package dev.llf.examples;

import dev.llf.error.ModelFileException;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.KvType;
import dev.llf.gguf.MemoryEstimate;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;

/** What a model file says, without loading it: TinyModel, or the file given. */
public final class InspectModelExample {

    private InspectModelExample() {}

    /**
     * Runs the example.
     *
     * @param args a model file, or nothing for TinyModel
     */
    public static void main(String[] args) {
        GgufFile gguf = GgufFile.read(args.length > 0 ? Path.of(args[0]) : TinyModel.path());
        System.out.printf("%s: %s, %s, %,d parameters, trained for %,d tokens%n", gguf.name(), gguf.architecture(),
                gguf.quantisation(), gguf.parameterCount(), gguf.contextLength());
        MemoryEstimate memory = gguf.estimateMemory(gguf.contextLength(), 1, KvType.F16, KvType.F16);
        System.out.printf("one conversation needs about %.1f MiB%n", memory.totalBytes() / (double) (1 << 20));
        try {
            gguf.checkRunnable();
            System.out.println("the engine can run it");
        } catch (ModelFileException e) {
            System.out.println(e.getMessage());
        }
    }
}
