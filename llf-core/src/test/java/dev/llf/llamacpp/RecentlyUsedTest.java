package dev.llf.llamacpp;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecentlyUsedTest {

    private final RecentlyUsed<String, String> recent = new RecentlyUsed<>(20, (key, value) -> value.length());

    @Test
    void forgetsWhatWasNotUsedForLongest() {
        recent.put("a", "12345");
        recent.put("b", "12345");
        recent.put("c", "12345");
        recent.put("d", "12345");
        assertThat(recent.get("a")).isEqualTo("12345");
        recent.put("e", "1");

        assertThat(recent.get("b")).isNull();
        assertThat(recent.get("a")).isEqualTo("12345");
        assertThat(recent.get("e")).isEqualTo("1");
    }

    @Test
    void countsAReplacedValueOnce() {
        for (int i = 0; i < 100; i++) {
            recent.put("a", "12345");
        }
        recent.put("b", "12345");
        recent.put("c", "12345");
        recent.put("d", "12345");

        assertThat(recent.get("a")).isNotNull();
    }

    @Test
    void doesNotLetOneValuePushOutTheOthers() {
        recent.put("a", "12345");
        recent.put("big", "123456");

        assertThat(recent.get("big")).isNull();
        assertThat(recent.get("a")).isNotNull();
    }

    @Test
    void forgetsTheEarlierValueOfAKeyWhoseNewOneIsTooLarge() {
        recent.put("a", "12345");
        recent.put("a", "123456");

        assertThat(recent.get("a")).isNull();
    }
}
