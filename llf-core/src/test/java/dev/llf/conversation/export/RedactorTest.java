package dev.llf.conversation.export;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class RedactorTest {

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "my key sk-proj-abcdefghijklmnop1234 ok ~ my key [redacted] ok",
        "ghp_abcdefghijklmnopqrstuvwxyz0123 ~ [redacted]",
        "id AKIAABCDEFGHIJKLMNOP. ~ id [redacted].",
        "Authorization: Bearer abc.def-123456 ~ Authorization: Bearer [redacted]",
        "password = hunter22 and more ~ password = [redacted] and more",
        "OPENAI_API_KEY=abcdef123 ~ OPENAI_API_KEY=[redacted]",
        "postgres://me:pw@host/db ~ postgres://me:[redacted]@host/db",
        "{\"password\":\"x y\",\"a\":1} ~ {\"password\":\"[redacted]\",\"a\":1}",
        "{\\\"api_key\\\":\\\"xyz\\\"} ~ {\\\"api_key\\\":\\\"[redacted]\\\"}",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcDEF123 ~ [redacted]"})
    void takesOutSecrets(String text, String expected) {
        assertThat(Redactor.SECRETS.redact(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "The bearer of this letter", "a task-list-with-a-long-name-indeed",
        "What is a password?",
        "https://example.org:8080/a@b", "basic understanding of things", "My secret: no", "ask me"})
    void leavesOtherTexts(String text) {
        assertThat(Redactor.SECRETS.redact(text)).isEqualTo(text);
    }

    @Test
    void takesOutPrivateKeysWithOrWithoutTheirEnd() {
        String block = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";

        assertThat(Redactor.SECRETS.redact("a " + block + " b " + block + " c"))
                .isEqualTo("a [redacted] b [redacted] c");
        assertThat(Redactor.SECRETS.redact("a " + block.substring(0, 40) + " b")).isEqualTo("a [redacted]");
    }

    @Test
    void takesTheWholeValueOfAnEntryWhoseKeyNamesASecret() {
        assertThat(Redactor.SECRETS.redact("db.password", "x")).isEqualTo("[redacted]");
        assertThat(Redactor.SECRETS.redact("topic", "x")).isEqualTo("x");
    }

    @Test
    void worksTwiceAsOnce() {
        String once = Redactor.SECRETS.redact("password: \"x\" Bearer abcdef123456 https://a:b@c");

        assertThat(Redactor.SECRETS.redact(once)).isEqualTo(once);
    }

    @Test
    void twoRedactorsWorkOneAfterTheOther() {
        Redactor both = Redactor.SECRETS.then(text -> text.replace("Bob", "someone"));

        assertThat(both.redact("Bob: sk-abcdefghijklmnopqrst")).isEqualTo("someone: [redacted]");
        assertThat(both.redact("secret", "Bob")).isEqualTo("[redacted]");
    }
}
