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
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How fast do tokens arrive through LLF, beside a bare loop over the binding with the same parameters? Decoding alone
 * dominates: a prompt of a dozen tokens, 256 tokens of answer, the ends of a turn banned.
 *
 * <p>The speed of a shared machine drifts by more than the difference, so each invocation runs both, in turns the one or
 * the other first, and the counters hold the time of each: the share is {@code bindingNanos / llfNanos}. LLF_MODEL names
 * another model. Run: {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=DecodeBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 4)
public class DecodeBenchmark {

    private static final int TOKENS = 256;
    private static final int CONTEXT = 1024;
    private static final String QUESTION = "What is LLF?";
    private static final String PROMPT = "<|im_start|>user\n" + QUESTION + "<|im_end|>\n<|im_start|>assistant\n";

    /** How LLF is asked. */
    @Param({"send", "stream"}) String call = "";

    private Sampling endless = Sampling.greedy();
    private LlamaModel binding;
    private Llf llf;
    private boolean bindingFirst;

    /** The time of each side, summed over the invocations. */
    @AuxCounters(AuxCounters.Type.EVENTS)
    @State(Scope.Thread)
    public static class Sides {
        public long bindingNanos;
        public long llfNanos;
    }

    @Setup
    public void open() {
        String named = System.getenv("LLF_MODEL");
        Path file = named == null || named.isBlank() ? TinyModel.path() : Path.of(named);
        endless = Sampling.greedy().toBuilder()
                .bannedTokens(GgufFile.read(file).vocabulary().orElseThrow().endOfGenerationIds()).build();
        int threads = Integer.getInteger("threads", 1);
        llf = Llf.builder().model(file).contextTokens(CONTEXT).slots(1).threads(threads).sampling(endless)
                .maxTokens(TOKENS).build();
        binding = new LlamaModel(new ModelParameters().setModel(file.toString()).setCtxSize(CONTEXT).setParallel(1)
                .setBatchSize(512).setUbatchSize(512).setThreads(threads).setThreadsBatch(threads).setLogVerbosity(-1));
    }

    @TearDown
    public void close() {
        llf.close();
    }

    @Benchmark
    public int decode(Sides sides) {
        bindingFirst = !bindingFirst;
        int length = bindingFirst ? bareLoop(sides) + ask(sides) : ask(sides) + bareLoop(sides);
        if (length < TOKENS) {
            throw new IllegalStateException("only " + length + " characters");
        }
        return length;
    }

    private int bareLoop(Sides sides) {
        long start = System.nanoTime();
        InferenceParameters request = new InferenceParameters(PROMPT).setTemperature(0).setNPredict(TOKENS)
                .disableTokenIds(endless.bannedTokens()).setCachePrompt(true);
        StringBuilder text = new StringBuilder();
        for (LlamaOutput output : binding.generate(request)) {
            text.append(output.text);
        }
        sides.bindingNanos += System.nanoTime() - start;
        return text.length();
    }

    private int ask(Sides sides) {
        long start = System.nanoTime();
        int length = call.equals("send") ? llf.chat(QUESTION).text().length() : streamed();
        sides.llfNanos += System.nanoTime() - start;
        return length;
    }

    private int streamed() {
        StringBuilder text = new StringBuilder();
        try (ReplyStream stream = llf.conversation().stream(QUESTION)) {
            for (ChatEvent event : stream) {
                if (event instanceof ChatEvent.TextDelta delta) {
                    text.append(delta.text());
                }
            }
        }
        return text.length();
    }
}
