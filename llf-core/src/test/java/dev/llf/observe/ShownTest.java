package dev.llf.observe;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ShownTest {

    @Test
    void leavesOrdinaryTextAsItIs() {
        assertThat(Shown.text("Gr\u00fc\u00dfe, \"\u4f60\u597d\" \\ \uD83D\uDE00", 50))
                .isEqualTo("Gr\u00fc\u00dfe, \"\u4f60\u597d\" \\ \uD83D\uDE00");
        assertThat(Shown.text("", 50)).isEmpty();
    }

    @Test
    void escapesWhatTerminalsObeyAndWhatEndsLines() {
        assertThat(Shown.text("a\nb\r\tc\u001b[2J\u0000\u007f\u0085\u2028\u2029\u202e\u200b\uD800", 50))
                .isEqualTo("a\\nb\\r\\tc\\u{1b}[2J\\u{0}\\u{7f}\\u{85}\\u{2028}\\u{2029}\\u{202e}\\u{200b}\\u{d800}");
    }

    @Test
    void cutsBetweenCharacters() {
        assertThat(Shown.text("abcdef", 6)).isEqualTo("abcdef");
        assertThat(Shown.text("abcdef", 5)).isEqualTo("abcde...");
        assertThat(Shown.text("ab\uD83D\uDE00c", 3)).isEqualTo("ab...");
    }

    @Test
    void labelsAreFew() {
        Labels labels = new Labels();
        for (int i = 0; i < Labels.MAX; i++) {
            assertThat(labels.of("m" + i)).isEqualTo("m" + i);
        }
        assertThat(labels.of("one more")).isEqualTo("other");
        assertThat(labels.of("m0")).isEqualTo("m0");
    }
}
