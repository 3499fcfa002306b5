package dev.llf.template;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class JinjaConformanceTest {

    @ParameterizedTest
    @ValueSource(strings = {"expressions.json", "statements.json", "whitespace.json"})
    void rendersWhatJinjaRendersAndRefusesWhatJinjaRefuses(String name) {
        GoldenCases golden = GoldenCases.read(name);

        assertThat(golden.cases()).hasSizeGreaterThan(100);
        assertThat(golden.failures()).isEmpty();
    }
}
