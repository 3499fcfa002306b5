package dev.llf.llamacpp;

import dev.llf.error.LlfException;
import dev.llf.gguf.GgufFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Goes the way of opening a model as far as it goes without loading. */
final class PreflightCheck {

    private final List<LlfException> problems = new ArrayList<>();
    private Optional<String> architecture = Optional.empty();
    private Optional<String> quantisation = Optional.empty();
    private @Nullable EngineOptions options;
    private long fileBytes;
    private long bytes;

    private PreflightCheck() {}

    static Preflight of(Path file, EngineLease.Plan plan) {
        long available = Machine.availableBytes();
        PreflightCheck check = new PreflightCheck();
        try {
            check.run(file, plan, available);
        } catch (LlfException e) {
            check.problems.add(e);
        }
        return check.report(file, available);
    }

    private void run(Path file, EngineLease.Plan plan, long available) {
        EngineLease.FileState state = EngineLease.state(file);
        GgufFile gguf = GgufFile.read(state.path());
        fileBytes = gguf.byteSize();
        architecture = Optional.of(gguf.architecture());
        quantisation = Optional.of(gguf.quantisation());
        EngineLease.vocabulary(gguf, file);
        EngineOptions chosen = plan.options(gguf, state);
        options = chosen;
        bytes = LoadedEngine.bytes(chosen, gguf);
        if (!EngineRegistry.ofJvm().isLoaded(chosen)) {
            LoadedEngine.checkFits(chosen, bytes, available);
        }
    }

    private Preflight report(Path file, long available) {
        EngineRegistry registry = EngineRegistry.ofJvm();
        boolean loaded = options != null && registry.isLoaded(options);
        long closed = options == null ? 0 : registry.closedBytes(options);
        boolean reclaimable = options != null && options.residence().isWorker(); // the engine itself frees nothing
        return new Preflight(file, architecture, quantisation, fileBytes, bytes, available, closed, loaded, reclaimable,
                problems);
    }
}
