package dev.llf.examples.bench;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import dev.llf.Llf;
import dev.llf.ReplyStream;
import dev.llf.chat.ChatEvent;
import dev.llf.chat.Sampling;
import dev.llf.gguf.GgufFile;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many tokens a second arrive, through LLF and through a bare loop over the binding with the same parameters? Decoding
 * alone dominates: a prompt of a dozen tokens, 256 tokens of answer, the ends of a turn banned.
 *
 * <p>LLF_MODEL names another model. Run: {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=DecodeBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class DecodeBenchmark {

    private static final int TOKENS = 256;
    private static final int CONTEXT = 1024;
    private static final String PROMPT = "<|im_start|>user\nWhat is LLF?<|im_end|>\n<|im_start|>assistant\n";

    /** Who runs the loop. */
    @Param({"binding", "llf-send", "llf-stream"}) String through = "";

    private Path file = TinyModel.path();
    private Sampling endless = Sampling.greedy();
    private LlamaModel binding;
    private Llf llf;

    @Setup
    public void open() {
        String named = System.getenv("LLF_MODEL");
        file = named == null || named.isBlank() ? TinyModel.path() : Path.of(named);
        endless = Sampling.greedy().toBuilder()
                .bannedTokens(GgufFile.read(file).vocabulary().orElseThrow().endOfGenerationIds()).build();
        int threads = Integer.getInteger("threads", 1);
        if (through.equals("binding")) {
            binding = new LlamaModel(new ModelParameters().setModel(file.toString()).setCtxSize(CONTEXT).setParallel(1)
                    .setBatchSize(512).setUbatchSize(512).setThreads(threads).setThreadsBatch(threads)
                    .setLogVerbosity(-1));
        } else {
            llf = Llf.builder().model(file).contextTokens(CONTEXT).slots(1).threads(threads).sampling(endless)
                    .maxTokens(TOKENS).build();
        }
    }

    @TearDown
    public void close() {
        if (llf != null) {
            llf.close();
        }
    }

    @Benchmark
    @OperationsPerInvocation(TOKENS)
    public int decode() {
        int length = switch (through) {
            case "binding" -> bareLoop();
            case "llf-send" -> llf.chat("What is LLF?").text().length();
            default -> streamed();
        };
        if (length == 0) {
            throw new IllegalStateException("no text");
        }
        return length;
    }

    private int bareLoop() {
        InferenceParameters request = new InferenceParameters(PROMPT).setTemperature(0).setNPredict(TOKENS)
                .setTokenIdBias(Map.of()).disableTokenIds(endless.bannedTokens()).setCachePrompt(true);
        StringBuilder text = new StringBuilder();
        for (LlamaOutput output : binding.generate(request)) {
            text.append(output.text);
        }
        return text.length();
    }

    private int streamed() {
        StringBuilder text = new StringBuilder();
        try (ReplyStream stream = llf.conversation().stream("What is LLF?")) {
            for (ChatEvent event : stream) {
                if (event instanceof ChatEvent.TextDelta delta) {
                    text.append(delta.text());
                }
            }
        }
        return text.length();
    }
}
