package dev.llf.llamacpp;

import dev.llf.chat.Sampling;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.GgufFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ModelSamplingTest {

    @TempDir Path directory;

    private Optional<Sampling> of(GgufBuilder model) {
        return ModelSampling.of(GgufFile.read(model.write(directory.resolve("m.gguf"))).recommendedSampling());
    }

    private static GgufBuilder model() {
        return GgufBuilder.toyLlamaBpe();
    }

    @Test
    void isEmptyWhereTheFileRecommendsNothing() {
        assertThat(of(model())).isEmpty();
    }

    @Test
    void takesWhatTheFileRecommends() {
        Sampling sampling = of(model().f32("general.sampling.temp", 0.5).i32("general.sampling.top_k", 20)
                .f32("general.sampling.top_p", 0.75).f32("general.sampling.min_p", 0.25)
                .f32("general.sampling.xtc_probability", 0.5).f32("general.sampling.xtc_threshold", 0.25)
                .i32("general.sampling.penalty_last_n", 32).f32("general.sampling.penalty_repeat", 1.5)
                .i32("general.sampling.mirostat", 2).f32("general.sampling.mirostat_tau", 4)
                .f32("general.sampling.mirostat_eta", 0.5).string("general.sampling.sequence", "edkypmxt"))
                .orElseThrow();

        assertThat(sampling.temperature()).isEqualTo(0.5);
        assertThat(sampling.topK()).isEqualTo(20);
        assertThat(sampling.topP()).isEqualTo(0.75);
        assertThat(sampling.minP()).isEqualTo(0.25);
        assertThat(sampling.xtc()).isEqualTo(new Sampling.Xtc(0.5, 0.25));
        assertThat(sampling.penalties()).isEqualTo(new Sampling.Penalties(32, 1.5, 0, 0));
        assertThat(sampling.mirostat()).isEqualTo(new Sampling.Mirostat(2, 4, 0.5));
        assertThat(sampling.order()).containsExactly(Sampling.Sampler.PENALTIES, Sampling.Sampler.DRY,
                Sampling.Sampler.TOP_K, Sampling.Sampler.TYPICAL_P, Sampling.Sampler.TOP_P, Sampling.Sampler.MIN_P,
                Sampling.Sampler.XTC, Sampling.Sampler.TEMPERATURE);
    }

    @Test
    void keepsDefaultsForWhatIsNotNamed() {
        Sampling sampling = of(model().f32("general.sampling.temp", 0.25)).orElseThrow();

        assertThat(sampling).isEqualTo(Sampling.defaults().toBuilder().temperature(0.25).build());
    }

    @Test
    void takesNegativeTopKAsOff() {
        assertThat(of(model().i32("general.sampling.top_k", -1)).orElseThrow().topK()).isZero();
    }

    @Test
    void ignoresRecommendationsOutOfRange() {
        assertThat(of(model().f32("general.sampling.temp", Double.NaN))).isEmpty();
        assertThat(of(model().f32("general.sampling.temp", -1))).isEmpty();
        assertThat(of(model().i32("general.sampling.mirostat", 3))).isEmpty();
        assertThat(of(model().string("general.sampling.sequence", "k?"))).isEmpty();
        assertThat(of(model().string("general.sampling.sequence", "kk"))).isEmpty();
    }

    @Test
    void ordersSamplersAsNamed() {
        assertThat(of(model().string("general.sampling.sequence", "tk")).map(Sampling::order))
                .contains(List.of(Sampling.Sampler.TEMPERATURE, Sampling.Sampler.TOP_K));
    }
}
