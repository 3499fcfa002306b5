package dev.llf.conversation.export;

import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

class RedactorTest {

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {
        "my key sk-proj-abcdefghijklmnop1234 ok ~ my key [redacted] ok",
        "ghp_abcdefghijklmnopqrstuvwxyz0123 ~ [redacted]",
        "id AKIAABCDEFGHIJKLMNOP. ~ id [redacted].",
        "Authorization: Bearer abc.def-123456 ~ Authorization: Bearer [redacted]",
        "password = hunter22 and more ~ password = [redacted] and more",
        "OPENAI_API_KEY=abcdef123 ~ OPENAI_API_KEY=[redacted]",
        "DB_PASSWORD=swordfish ~ DB_PASSWORD=[redacted]",
        "password: pass!word, please ~ password: [redacted], please",
        "password = \"swordfish\"; ~ password = \"[redacted]\";",
        "{\"password\":\"it's \\\"so\\\" long\",\"a\":1} ~ {\"password\":\"[redacted]\",\"a\":1}",
        "curl -H \"Authorization: Basic dXNlcjpwYXNz\" ~ curl -H \"Authorization: Basic [redacted]\"",
        "use bearer abcdef123456 ~ use bearer [redacted]",
        "sk_live_abcdefghijklmnop1234 ~ [redacted]",
        "{\"password\":\"cut off in the mid ~ {\"password\":\"[redacted]",
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

    @ParameterizedTest
    @ValueSource(strings = {"password: see below", "Password: required!", "The secret: patience.", "secret: everything",
        "authorization: pending", "password: \"must have 8 characters\"", "secretary: Johnson17", "Passwords: 12345678",
        "this is basic arithmetic.", "basic object-oriented design", "a basic HTML5/CSS3 page", "bearer certificates",
        "password reset: https://example.org/reset?id=1", "api key = ${API_KEY}", "PASSWORD=$DB_PASSWORD1"})
    void leavesProse(String text) {
        assertThat(Redactor.SECRETS.redact(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"String password = request.getParameter(\"pw1\");", "password = getPassword1();",
        "private String password;", "password: string;", "{\"password\": \"string\"}", "api_key=os.environ[\"KEY1\"]",
        "log.info(\"password: \" + password + \"!\");", "print(\"password:\"+pw1+\"!\")",
        "if (password == other1234) {",
        "secret: process.env.SECRET,", "password = <your-password-1>", "\"password\": {\"type\": \"string\"}",
        "<input type=\"password\" name=\"password\">", "ALTER TABLE t ADD CONSTRAINT pk_users_organization_units",
        "class=\"sk-cube-grid-item-1-container\"", "PASSWORD=config.password", "password -> hash(password)"})
    void leavesCode(String text) {
        assertThat(Redactor.SECRETS.redact(text)).isEqualTo(text);
    }

    @Test
    void leavesHashesIdentifiersAndImages() {
        byte[] image = new byte[200_000];
        new Random(1).nextBytes(image);
        for (String text : List.of("commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
                "id 550e8400-e29b-41d4-a716-446655440000", "sha256:" + "0123456789abcdef".repeat(4),
                "![x](data:image/png;base64," + Base64.getEncoder().encodeToString(image) + ")",
                Base64.getMimeEncoder().encodeToString(image), "https://example.org/a:b?c=d@e")) {
            assertThat(Redactor.SECRETS.redact(text).equals(text)).as(text.substring(0, 20)).isTrue();
        }
    }

    @Test
    void takesTimeInProportionToHostileTexts() {
        for (String piece : List.of("password=\"", "password:", "-----BEGIN PRIVATE KEY-----", "sk-", "\\", "bearer a",
                "password=\"\\", "a://a:", "eyJaaaaaaaaa.", "-----BEGIN PRIVATE KEY-----\n0123456789abcdef ")) {
            String text = piece.repeat(300_000 / piece.length());
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> Redactor.SECRETS.redact(text), piece);
        }
    }

    @Test
    void takesOutPrivateKeysWithOrWithoutTheirEnd() {
        String block = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";

        assertThat(Redactor.SECRETS.redact("a " + block + " b " + block + " c"))
                .isEqualTo("a [redacted] b [redacted] c");
        String begin = "-----BEGIN PRIVATE KEY-----";
        assertThat(Redactor.SECRETS.redact("a " + begin + "\nMIIEvQIBADANBgkqhkiG\nw0BAQEFAASCBKcwg b"))
                .isEqualTo("a [redacted] b");
        assertThat(Redactor.SECRETS.redact("a " + begin + "\\nMIIEvQIBADANBgkqhkiG\\n\" b"))
                .isEqualTo("a [redacted]\\n\" b");
        assertThat(Redactor.SECRETS.redact("It begins with " + begin + " and goes on."))
                .isEqualTo("It begins with [redacted] and goes on.");
    }

    @Test
    void takesTheWholeValueOfAnEntryWhoseKeyNamesASecret() {
        assertThat(Redactor.SECRETS.redact("db.password", "x")).isEqualTo("[redacted]");
        assertThat(Redactor.SECRETS.redact("topic", "x")).isEqualTo("x");
        assertThat(Redactor.SECRETS.redact("secretary", "Ada")).isEqualTo("Ada");
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
