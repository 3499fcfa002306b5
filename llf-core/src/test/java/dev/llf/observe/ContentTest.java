package dev.llf.observe;

import dev.llf.conversation.export.Redactor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ContentTest {

    private final Content content = new Content(true, 200, Redactor.SECRETS::redact);

    @Test
    void showsNothingUnlessAsked() {
        Content off = new Content(false, 200, text -> {
            throw new AssertionError("nobody asked");
        });

        assertThat(off.of("text")).isEmpty();
        assertThat(off.ofArguments("{}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "API_KEY", "accessToken", "client-secret", "PassWord", "Authorization"})
    void hidesArgumentsByName(String name) {
        String arguments = "{\"a\":[{\"%s\":{\"deep\":\"hunter2\"}}],\"%s\":7,\"b\":\"shown\"}".formatted(name, name);

        assertThat(content.ofArguments(arguments).orElseThrow())
                .isEqualTo("{\"a\":[{\"%s\":\"[redacted]\"}],\"%s\":\"[redacted]\",\"b\":\"shown\"}".formatted(name,
                        name));
    }

    @Test
    void hidesSecretsByFormToo() {
        assertThat(content.ofArguments("{\"note\":\"Bearer abcdef1234567890\"}"))
                .contains("{\"note\":\"Bearer [redacted]\"}");
        assertThat(content.of("password=hunter2-xyz failed")).contains("password=[redacted] failed");
    }

    @Test
    void redactsBeforeItCuts() {
        Content shortOnes = new Content(true, 20, Redactor.SECRETS::redact);

        assertThat(shortOnes.of("ghp_" + "a".repeat(36))).contains("[redacted]");
    }

    @Test
    void doesNotShowArgumentsWhereItCannotFindNames() {
        assertThat(content.ofArguments("{\"password\": \"hunter2")).contains("[not shown: no JSON]");
        assertThat(content.ofArguments("")).contains("");
        assertThat(content.ofArguments("\"" + "x".repeat(30_000) + "\""))
                .contains("[not shown: too long to look for secrets]");
        assertThat(content.ofArguments("[".repeat(5000))).contains("[not shown: no JSON]");
    }

    @Test
    void showsNothingWhenTheRedactorFails() {
        Content failing = new Content(true, 50, text -> {
            throw new IllegalStateException(text);
        });

        assertThat(failing.of("hunter2")).contains("[not shown: the redactor threw IllegalStateException]");
    }

    @Test
    void givesTheRedactorSoMuchOnly() {
        AtomicInteger seen = new AtomicInteger();
        Content counting = new Content(true, 5, text -> {
            seen.set(text.length());
            return text;
        });

        assertThat(counting.of("x".repeat(1_000_000))).contains("xxxxx...");
        assertThat(seen).hasValue(20_000);
    }
}
