package dev.llf.llamacpp;

import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ControlTextsTest {

    private static final String JOINER = "\u2060";

    private final ControlTexts texts = new ControlTexts(List.of("<s>", "<|end|>", "<|end|>x", "[I]", ""));

    @Test
    void findsTheLongestTextThatStartsAtAPlace() {
        assertThat(texts.longestEnd("a<s>b", 1)).isEqualTo(4);
        assertThat(texts.longestEnd("<|end|>", 0)).isEqualTo(7);
        assertThat(texts.longestEnd("<|end|>x", 0)).isEqualTo(8);
    }

    @Test
    void findsNothingElsewhere() {
        assertThat(texts.longestEnd("a<s>b", 0)).isEqualTo(-1);
        assertThat(texts.longestEnd("a<s>b", 2)).isEqualTo(-1);
        assertThat(texts.longestEnd("<|end|", 0)).isEqualTo(-1);
        assertThat(texts.longestEnd("", 0)).isEqualTo(-1);
        assertThat(new ControlTexts(List.of()).longestEnd("abc", 0)).isEqualTo(-1);
    }

    @Test
    void leavesHarmlessTextAlone() {
        assertThat(texts.defuse("a < b [and] \uD83D\uDE00\u0000")).isEqualTo("a < b [and] \uD83D\uDE00\u0000");
    }

    @Test
    void breaksUpEveryControlText() {
        assertThat(texts.defuse("<s>a[I]")).isEqualTo("<" + JOINER + "s>a[" + JOINER + "I]");
    }

    @Test
    void breaksUpNestedAndOverlappingTexts() {
        ControlTexts overlapping = new ControlTexts(List.of("abc", "bcd", "cd"));

        assertThat(overlapping.defuse("abcd")).isEqualTo("a" + JOINER + "b" + JOINER + "c" + JOINER + "d");
        assertThat(texts.defuse("<|en<|end|>d|>")).isEqualTo("<|en<" + JOINER + "|end|>d|>");
    }

    @Test
    void breaksUpTextsThatStartBeyondTheBasicPlane() {
        ControlTexts emoji = new ControlTexts(List.of("\uD83D\uDE00x"));

        assertThat(emoji.defuse("a\uD83D\uDE00x")).isEqualTo("a\uD83D\uDE00" + JOINER + "x");
    }
}
