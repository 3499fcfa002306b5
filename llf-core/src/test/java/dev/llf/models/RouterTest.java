package dev.llf.models;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RouterTest {

    private static final List<Candidate> CANDIDATES = List.of(
            candidate("small", 3, 9, 10, 4), candidate("middle", 6, 6, 6, 6), candidate("large", 9, 3, 2, 9),
            new Candidate("unknown", ModelProfile.NONE));

    private static Candidate candidate(String name, int complexity, int speed, int cost, int quality) {
        return new Candidate(name,
                ModelProfile.builder().complexity(complexity).speed(speed).cost(cost).quality(quality).build());
    }

    private static Router router(String strategy, int complexity) {
        return switch (strategy) {
            case "manual" -> Router.manual();
            case "cost" -> Router.cost();
            case "speed" -> Router.speed();
            case "quality" -> Router.quality();
            case "complexity" -> Router.complexity(query -> complexity);
            default -> throw new IllegalArgumentException(strategy);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "manual,     1, small   middle large unknown, 0",
        "cost,       1, small   middle unknown large, 10",
        "speed,      1, small   middle unknown large, 9",
        "quality,    1, large   middle unknown small, 9",
        "complexity, 1, small   unknown middle large, 8",
        "complexity, 4, small   unknown middle large, 9",
        "complexity, 5, unknown middle small large,   10",
        "complexity, 8, large   middle unknown small, 9",
        "complexity, 10, large  middle unknown small, 9"})
    void ranksTheCandidates(String strategy, int complexity, String order, double best) {
        RoutingDecision decision = router(strategy, complexity).route("the secret question", CANDIDATES);

        List<String> names = List.of(order.split("\\s+"));
        assertThat(decision.strategy()).isEqualTo(strategy);
        assertThat(decision.ranking()).extracting(RoutingDecision.Score::model).isEqualTo(names);
        assertThat(decision.ranking().getFirst().score()).isEqualTo(best);
        assertThat(decision.model()).isEqualTo(names.getFirst());
        assertThat(decision.alternatives()).isEqualTo(names.subList(1, 4));
        assertThat(decision.toString()).doesNotContain("secret");
    }

    @Test
    void ofEqualsTheEarlierComesFirst() {
        List<Candidate> equal = List.of(new Candidate("b", ModelProfile.NONE), new Candidate("a", ModelProfile.NONE));

        assertThat(Router.quality().route("", equal).model()).isEqualTo("b");
        assertThat(Router.complexity().route("", equal).model()).isEqualTo("b");
    }

    @Test
    void refusesNoneAndTwins() {
        assertThatThrownBy(() -> Router.manual().route("x", List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Router.cost().route("x", Collections.nCopies(2, CANDIDATES.getFirst())))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'small' is there twice");
    }

    @ParameterizedTest
    @CsvSource({"0", "11"})
    void refusesAnEstimateOutOfRange(int estimate) {
        assertThatThrownBy(() -> Router.complexity(query -> estimate).route("x", CANDIDATES))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(String.valueOf(estimate));
    }

    @ParameterizedTest
    @CsvSource({"0", "11", "-1"})
    void refusesGradesOutOfRange(int grade) {
        assertThatThrownBy(() -> ModelProfile.builder().complexity(grade)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ModelProfile.builder().speed(grade)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ModelProfile.builder().cost(grade)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ModelProfile.builder().quality(grade)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ModelProfile.builder().contextTokens(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"1, 10", "1000000000, 10", "1073741824, 9", "5000000000, 7", "40000000000, 4", "9000000000000, 1"})
    void gradesTheCostByTheFile(long bytes, int grade) {
        assertThat(Grades.cost(bytes)).isEqualTo(grade);
    }

    @ParameterizedTest
    @CsvSource({"0.01, 1", "1, 3", "10, 6", "63, 8", "64, 9", "128, 10", "5000, 10"})
    void gradesTheSpeed(double tokensPerSecond, int grade) {
        assertThat(Grades.speed(tokensPerSecond)).isEqualTo(grade);
    }

    @Test
    void theSpeedOfLateCountsMore() {
        Speed speed = new Speed();
        speed.add(0);
        assertThat(speed.tokensPerSecond()).isEmpty();
        speed.add(10);
        speed.add(20);
        speed.add(0);

        assertThat(speed.tokensPerSecond()).hasValue(12);
    }
}
