package dev.llf.models;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class QueryComplexityTest {

    private static final String FILLER = " and then some more words to be of middling length";

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'' | 4",
        "Hello there | 4",
        "What is a lamp? | 3",
        "what  IS a lamp? | 3",
        "Define lamp. Yes or no, quick question: what is it | 1",
        "Write code | 6",
        "Write code, write code | 6",
        "decode this | 4",
        "undefined | 4",
        "redesigned | 4",
        "code_review | 4",
        "ANALYZE: | 5",
        "'(research)' | 5",
        "explain in\tdetail | 5",
        "explain in fine detail | 4"})
    void estimatesByLengthAndWords(String query, int expected) {
        assertThat(QueryComplexity.keywords().estimate(query)).isEqualTo(expected);
    }

    @Test
    void longQueriesAreHarder() {
        assertThat(QueryComplexity.keywords().estimate("x".repeat(49))).isEqualTo(4);
        assertThat(QueryComplexity.keywords().estimate("x".repeat(50))).isEqualTo(5);
        assertThat(QueryComplexity.keywords().estimate("x".repeat(500))).isEqualTo(5);
        assertThat(QueryComplexity.keywords().estimate("x".repeat(501))).isEqualTo(7);
        assertThat(QueryComplexity.keywords().estimate("\ud83d\ude00".repeat(50))).isEqualTo(5);
    }

    @Test
    void staysWithinOneAndTen() {
        String hard = "Analyze, compare, explain in detail, comprehensive research: write code, implement, design";

        assertThat(QueryComplexity.keywords().estimate(hard)).isEqualTo(10);
        assertThat(QueryComplexity.keywords(List.of(), List.of("a", "b", "c", "d", "e")).estimate("a b c d e"))
                .isEqualTo(1);
    }

    @Test
    void takesOtherWords() {
        QueryComplexity german = QueryComplexity.keywords(List.of("erkläre genau", "c++", "größe"), List.of("was ist"));

        assertThat(german.estimate("ERKLÄRE GENAU" + FILLER)).isEqualTo(6);
        assertThat(german.estimate("Unerkläre genau" + FILLER)).isEqualTo(5);
        assertThat(german.estimate("C++ and GRÖẞE, Größe" + FILLER)).isEqualTo(7);
        assertThat(german.estimate("Was ist das" + FILLER)).isEqualTo(4);
        assertThatThrownBy(() -> QueryComplexity.keywords(List.of(" "), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
