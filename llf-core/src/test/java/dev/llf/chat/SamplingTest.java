package dev.llf.chat;

import dev.llf.chat.Sampling.Dry;
import dev.llf.chat.Sampling.DynamicTemperature;
import dev.llf.chat.Sampling.Mirostat;
import dev.llf.chat.Sampling.Penalties;
import dev.llf.chat.Sampling.Sampler;
import dev.llf.chat.Sampling.Xtc;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleConsumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SamplingTest {

    private static final List<String> BREAKERS = List.of("\n");

    /** Accepts both bounds and refuses what is next to them, and what is no number. */
    private static void ranges(double min, double max, DoubleConsumer value) {
        assertThatCode(() -> value.accept(min)).doesNotThrowAnyException();
        assertThatCode(() -> value.accept(max)).doesNotThrowAnyException();
        for (double bad : new double[] {Math.nextDown(min), Math.nextUp(max), Double.NaN, Double.NEGATIVE_INFINITY,
            Double.POSITIVE_INFINITY, -Double.MAX_VALUE, Double.MAX_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> value.accept(bad))
                    .withMessageEndingWith("was " + bad);
        }
    }

    private static void wholeNumbers(long min, long max, LongConsumer value) {
        assertThatCode(() -> value.accept(min)).doesNotThrowAnyException();
        assertThatCode(() -> value.accept(max)).doesNotThrowAnyException();
        refuses(min - 1, value);
        if (max < Integer.MAX_VALUE) {
            refuses(max + 1, value);
        }
    }

    private static void refuses(long bad, LongConsumer value) {
        assertThatIllegalArgumentException().isThrownBy(() -> value.accept(bad)).withMessageEndingWith("was " + bad);
    }

    private static Sampling.Builder builder() {
        return Sampling.builder();
    }

    @Test
    void checksEachNumberAtBothBounds() {
        ranges(0.0, 100, value -> builder().temperature(value).build());
        ranges(Double.MIN_NORMAL, 1, value -> builder().topP(value).build());
        ranges(0.0, 1, value -> builder().minP(value).build());
        ranges(Double.MIN_NORMAL, 1, value -> builder().typicalP(value).build());
        wholeNumbers(0, Integer.MAX_VALUE, value -> builder().topK((int) value).build());
        wholeNumbers(0, Integer.MAX_VALUE, value -> builder().minKeep((int) value).build());
        ranges(-1e6, 1e6, value -> builder().tokenBias(Map.of(1, value)).build());
        wholeNumbers(0, Integer.MAX_VALUE, value -> builder().tokenBias(Map.of((int) value, 1.0)).build());
        wholeNumbers(0, Integer.MAX_VALUE, value -> builder().bannedTokens(Set.of((int) value)).build());
    }

    @Test
    void checksTheSeed() {
        LongConsumer seed = value -> builder().seed(value).build();
        wholeNumbers(0, 4294967294L, seed);
        refuses(4294967295L, seed);
        refuses(Long.MAX_VALUE, seed);
        refuses(Long.MIN_VALUE, seed);
    }

    @Test
    void checksEachNumberOfTheGroups() {
        ranges(0.0, 100, value -> new DynamicTemperature(value, 1));
        ranges(0.01, 100, value -> new DynamicTemperature(0, value));
        ranges(0.0, 1, value -> new Xtc(value, 0.1));
        ranges(0.0, 1, value -> new Xtc(0, value));
        wholeNumbers(-1, Integer.MAX_VALUE, value -> new Penalties((int) value, 1, 0, 0));
        ranges(0.01, 100, value -> new Penalties(64, value, 0, 0));
        ranges(-100.0, 100, value -> new Penalties(64, 1, value, 0));
        ranges(-100.0, 100, value -> new Penalties(64, 1, 0, value));
        ranges(0.0, 100, value -> new Dry(value, 1.75, 2, -1, BREAKERS));
        ranges(1.0, 100, value -> new Dry(0, value, 2, -1, BREAKERS));
        wholeNumbers(0, Integer.MAX_VALUE, value -> new Dry(0, 1.75, (int) value, -1, BREAKERS));
        wholeNumbers(-1, Integer.MAX_VALUE, value -> new Dry(0, 1.75, 2, (int) value, BREAKERS));
        wholeNumbers(1, 64, value -> new Dry(0, 1.75, 2, -1, Collections.nCopies((int) value, "x")));
        wholeNumbers(1, 256, value -> new Dry(0, 1.75, 2, -1, List.of("x".repeat((int) value))));
        wholeNumbers(0, 2, value -> new Mirostat((int) value, 5, 0.1));
        ranges(0.0, 100, value -> new Mirostat(0, value, 0.1));
        ranges(0.0, 100, value -> new Mirostat(0, 5, value));
    }

    @Test
    void namesAWholeNumberAsOne() {
        assertThatIllegalArgumentException().isThrownBy(() -> builder().topK(-1).build())
                .withMessage("topK must be 0 to 2147483647, was -1");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().temperature(-1).build())
                .withMessage("temperature must be 0.0 to 100.0, was -1.0");
    }

    @Test
    void takesEachSamplerOnce() {
        assertThat(builder().order(List.of()).build().order()).isEmpty();
        assertThat(builder().order(List.of(Sampler.TEMPERATURE, Sampler.TOP_K)).build().order())
                .containsExactly(Sampler.TEMPERATURE, Sampler.TOP_K);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().order(List.of(Sampler.DRY, Sampler.TOP_K, Sampler.DRY)).build())
                .withMessageContaining("[DRY, TOP_K, DRY]");
    }

    @Test
    void limitsBiasedAndBannedTokensTogether() {
        Set<Integer> banned = IntStream.range(0, 4096).boxed().collect(Collectors.toSet());

        assertThat(builder().bannedTokens(banned).build().bannedTokens()).hasSize(4096);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().bannedTokens(banned).tokenBias(Map.of(1, 1.0)).build())
                .withMessageContaining("was 4097");
    }

    @Test
    void copiesItsCollections() {
        List<Sampler> order = new ArrayList<>(List.of(Sampler.TOP_K));
        Map<Integer, Double> bias = new HashMap<>(Map.of(1, 1.0));
        Set<Integer> banned = new HashSet<>(Set.of(2));
        List<String> breakers = new ArrayList<>(List.of("x"));
        Sampling sampling = builder().order(order).tokenBias(bias).bannedTokens(banned)
                .dry(new Dry(0, 1.75, 2, -1, breakers)).build();
        order.clear();
        bias.clear();
        banned.clear();
        breakers.clear();

        assertThat(sampling.order()).containsExactly(Sampler.TOP_K);
        assertThat(sampling.tokenBias()).containsExactly(Map.entry(1, 1.0));
        assertThat(sampling.bannedTokens()).containsExactly(2);
        assertThat(sampling.dry().breakers()).containsExactly("x");
    }

    @Test
    void hasTheDefaultsOfLlamaCpp() {
        Sampling defaults = Sampling.defaults();

        assertThat(defaults).isEqualTo(builder().build());
        assertThat(defaults.temperature()).isEqualTo(0.8);
        assertThat(defaults.topK()).isEqualTo(40);
        assertThat(defaults.topP()).isEqualTo(0.95);
        assertThat(defaults.minP()).isEqualTo(0.05);
        assertThat(defaults.typicalP()).isEqualTo(1);
        assertThat(defaults.seed()).isEmpty();
        assertThat(defaults.order()).containsExactly(Sampler.values());
        assertThat(Sampling.greedy()).isEqualTo(builder().temperature(0).build());
    }

    @Test
    void keepsEveryValueInToBuilder() {
        Sampling all = builder().temperature(1).dynamicTemperature(new DynamicTemperature(0.5, 2)).topK(1).topP(0.5)
                .minP(0.1).typicalP(0.5).minKeep(3).xtc(new Xtc(0.1, 0.2)).penalties(new Penalties(1, 2, 3, 4))
                .dry(new Dry(1, 2, 3, 4, List.of("x"))).mirostat(new Mirostat(2, 4, 0.2)).order(List.of(Sampler.DRY))
                .seed(7).tokenBias(Map.of(1, 2.0)).bannedTokens(Set.of(3)).build();

        assertThat(all.toBuilder().build()).isEqualTo(all);
        assertThat(all.toBuilder().topK(2).build()).isNotEqualTo(all);
    }
}
