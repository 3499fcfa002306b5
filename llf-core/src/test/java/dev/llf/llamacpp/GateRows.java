package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.chat.Sampling;
import dev.llf.gguf.GgufFile;
import dev.llf.gguf.KvType;
import dev.llf.survival.HazardRows;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What the gate checks again, because the natives behind it would not. */
final class GateRows extends HazardRows {

    private final int size;
    private final LlamaGate gate;

    private GateRows() {
        Path file = TinyModel.path();
        size = GgufFile.read(file).vocabulary().orElseThrow().size();
        gate = LlamaGate.load(new EngineOptions(file, 0, 0, EngineOptions.Purpose.CHAT, 64, 2, 1, 64, KvType.F16, false,
                EngineOptions.DEFAULT_GPU_LAYERS, Admission.defaults()), size);
        ExitWatchdog.adopt(java.util.Set.of());
        ExitWatchdog.start();
    }

    /** Runs the rows in this process. */
    public static void main(String[] args) throws IllegalAccessException {
        run(new GateRows(), args);
    }

    @Override
    protected void checkUnharmed() {
        int pieces = 0;
        try (Engine.Generation generation = gate.generate(request(new int[] {5}, 4, 1))) {
            while (!generation.next().last()) {
                pieces++;
            }
        }
        assertThat(pieces).isBetween(0, 4);
    }

    @Override
    public void close() {
        // a gate is never closed
    }

    private static EngineRequest request(int[] prompt, int maxTokens, int slot) {
        return new EngineRequest(prompt, maxTokens, slot, true, Sampling.greedy(), Optional.empty(), List.of());
    }

    /** An id that the vocabulary lacks is an index out of it. */
    void a4_onlyIdsOfTheVocabularyBecomeText() {
        for (int id : new int[] {-1, size, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> gate.detokenize(new int[] {1, id}));
        }
        assertThat(gate.detokenize(gate.tokenize("a \ud83d\ude00 b"))).isEqualTo("a \ud83d\ude00 b");
        assertThat(gate.detokenize(new int[0])).isEmpty();
    }

    /** The engine's worker throws on such an id, where nobody catches. */
    void a5_onlyIdsOfTheVocabularyArePrompts() {
        for (int id : new int[] {-1, size, Integer.MAX_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> gate.generate(request(new int[] {id}, 1, 0)));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> gate.generate(request(new int[0], 1, 0)));
    }

    /** A slot that does not exist is waited for for ever. */
    void b8_onlySlotsThatExistAreAsked() {
        for (int slot : new int[] {-1, 2, Integer.MAX_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> gate.generate(request(new int[] {5}, 1, slot)));
        }
    }

    /** Limits that the engine takes for something else. */
    void c10_onlyPositiveLimitsAreSent() {
        for (int limit : new int[] {0, -1, -2}) {
            assertThatIllegalArgumentException().isThrownBy(() -> gate.generate(request(new int[] {5}, limit, 0)));
        }
    }
}
