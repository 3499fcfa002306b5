package dev.llf.testing;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WordsTest {

    @Test
    void countsWhatItSplits() {
        Random random = new Random(3);
        String letters = "ab \n\t\u001c\u0000\u00a0\u2003\u3000\u0085\u6771";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int k = random.nextInt(12); k > 0; k--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            List<String> tokens = Words.split(text.toString());

            assertThat(String.join("", tokens)).isEqualTo(text.toString());
            assertThat(Words.count(text.toString())).isEqualTo(tokens.size());
            assertThat(tokens).doesNotContain("");
        }
    }
}
