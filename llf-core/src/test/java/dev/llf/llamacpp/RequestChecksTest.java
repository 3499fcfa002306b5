package dev.llf.llamacpp;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.ResponseFormat;
import dev.llf.chat.Sampling;
import dev.llf.error.ConfigurationException;
import dev.llf.error.ContextOverflowException;
import dev.llf.schema.Grammar;
import dev.llf.schema.GrammarException;
import dev.llf.schema.SchemaException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RequestChecksTest {

    private static final String GBNF = "root ::= \"yes\" | \"no\"";

    private final RequestChecks checks = new RequestChecks(100, 64);

    private static ChatRequest.Builder request() {
        return ChatRequest.builder().messages(java.util.List.of(Message.user("Hello")));
    }

    private static ChatRequest formatted(ResponseFormat format) {
        return request().format(format).build();
    }

    @Test
    void passesGrammarsOn() {
        assertThat(checks.grammar(formatted(new ResponseFormat.Grammar(GBNF)), Sampling.greedy(), 60)).contains(GBNF);
        assertThat(checks.grammar(request().build(), Sampling.greedy(), 60)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"answer ::= \"yes\"", "root ::= missing", "root ::= root \"a\"", "root ::= \"open",
        "%llguidance {}\nroot ::= \"a\""})
    void refusesGrammarsThatTheEngineWouldIgnoreOrAbortOn(String gbnf) {
        assertThatThrownBy(() -> checks.grammar(formatted(new ResponseFormat.Grammar(gbnf)), Sampling.greedy(), 60))
                .isInstanceOf(GrammarException.class);
    }

    @Test
    void refusesGrammarsTogetherWithBiases() {
        ChatRequest request = formatted(new ResponseFormat.Grammar(GBNF));

        assertThatThrownBy(() -> checks.grammar(request, Sampling.builder().bannedTokens(Set.of(3)).build(), 60))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("grammar");
        assertThatThrownBy(() -> checks.grammar(request, Sampling.builder().tokenBias(Map.of(3, 1.0)).build(), 60))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void keepsTheGrammarsOfSchemas() {
        ChatRequest request = formatted(new ResponseFormat.JsonSchema("{\"type\": \"string\"}"));
        String grammar = checks.grammar(request, Sampling.greedy(), 650).orElseThrow();

        assertThat(checks.grammar(request, Sampling.greedy(), 660)).get().isSameAs(grammar);
        assertThat(checks.grammar(request, Sampling.greedy(), 100)).as("a smaller budget has its own").get()
                .isNotEqualTo(grammar);
    }

    @Test
    void makesGrammarsOfSchemasThatFit() {
        ChatRequest request = formatted(new ResponseFormat.JsonSchema("{\"type\":\"string\"}"));

        String grammar = checks.grammar(request, Sampling.greedy(), 20).orElseThrow();

        assertThat(Grammar.parse(grammar).matches("\"0123456789abcdefg\"")).isTrue();
        assertThat(Grammar.parse(grammar).matches("\"0123456789abcdefgh\"")).isFalse();
        assertThatThrownBy(() -> checks.grammar(request, Sampling.greedy(), 4)).isInstanceOf(SchemaException.class)
                .hasMessageContaining("needs up to 6 bytes");
        assertThatThrownBy(() -> checks.grammar(request, Sampling.builder().bannedTokens(Set.of(3)).build(), 20))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("schema");
    }

    @Test
    void refusesIdsOutsideTheVocabulary() {
        assertThat(checks.grammar(request().build(),
                Sampling.builder().tokenBias(Map.of(99, 1.0)).bannedTokens(Set.of(0)).build(), 60)).isEmpty();
        assertThatThrownBy(
                () -> checks.grammar(request().build(), Sampling.builder().bannedTokens(Set.of(100)).build(), 60))
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("100").hasMessageContaining("0 to 99");
        assertThatThrownBy(
                () -> checks.grammar(request().build(), Sampling.builder().tokenBias(Map.of(100, 1.0)).build(), 60))
                .isInstanceOf(ConfigurationException.class);
    }

    @Test
    void limitsTheAnswerToTheRoomInTheSlot() {
        assertThat(checks.maxTokens(request().build(), 10)).isEqualTo(52);
        assertThat(checks.maxTokens(request().maxTokens(20).build(), 10)).isEqualTo(20);
        assertThat(checks.maxTokens(request().maxTokens(1000).build(), 10)).isEqualTo(52);
        assertThat(checks.maxTokens(request().maxTokens(Integer.MAX_VALUE).build(), 61)).isEqualTo(1);
    }

    @Test
    void refusesAPromptThatLeavesNoRoom() {
        assertThatThrownBy(() -> checks.maxTokens(request().build(), 62))
                .isInstanceOfSatisfying(ContextOverflowException.class, e -> {
                    assertThat(e.promptTokens()).isEqualTo(62);
                    assertThat(e.contextTokens()).isEqualTo(64);
                });
        assertThatThrownBy(() -> checks.maxTokens(request().build(), Integer.MAX_VALUE))
                .isInstanceOf(ContextOverflowException.class);
    }
}
