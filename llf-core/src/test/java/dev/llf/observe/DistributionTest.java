package dev.llf.observe;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class DistributionTest {

    /** Nearest rank: the value number ceil(p * n), counted from 1, of the numbers 1 to n. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1, 1, 1, 1", "2, 1.5, 1, 2, 2, 2", "3, 2, 2, 3, 3, 3", "20, 10.5, 10, 18, 19, 20",
        "60, 30.5, 30, 54, 57, 60", "100, 50.5, 50, 90, 95, 99", "101, 51, 51, 91, 96, 100",
        "1000, 500.5, 500, 900, 950, 990"})
    void takesTheNearestRank(int n, double mean, double p50, double p90, double p95, double p99) {
        DoubleStream descending = IntStream.rangeClosed(1, n).mapToDouble(i -> n + 1 - i);

        assertThat(Distribution.of(descending)).contains(new Distribution(n, 1, n, mean, p50, p90, p95, p99));
    }

    @Test
    void isEmptyWithoutValues() {
        assertThat(Distribution.of(DoubleStream.empty())).isEmpty();
    }
}
