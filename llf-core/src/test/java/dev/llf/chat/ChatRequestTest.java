package dev.llf.chat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ChatRequestTest {

    private static final Message USER = Message.user("hello");
    private static final ToolSpec TOOL = new ToolSpec("tool", "does", Map.of());

    private static ChatRequest.Builder builder() {
        return ChatRequest.builder().messages(List.of(USER));
    }

    @Test
    void leavesEverythingButTheMessagesToTheModel() {
        ChatRequest request = ChatRequest.of(USER);

        assertThat(request.messages()).containsExactly(USER);
        assertThat(request.tools()).isEmpty();
        assertThat(request.toolChoice()).isEqualTo(ToolChoice.AUTO);
        assertThat(request.sampling()).isEmpty();
        assertThat(request.maxTokens()).isEmpty();
        assertThat(request.stop()).isEmpty();
        assertThat(request.format()).isEqualTo(ResponseFormat.TEXT);
        assertThat(request.timeout()).isEmpty();
        assertThat(request.session()).isEmpty();
    }

    @Test
    void keepsEveryPartAlsoInToBuilder() {
        ChatRequest request = builder().tools(List.of(TOOL)).toolChoice(ToolChoice.NONE).sampling(Sampling.greedy())
                .maxTokens(1).stop(List.of("x")).format(new ResponseFormat.Grammar("root ::= \"a\""))
                .timeout(Duration.ofNanos(1)).session("s").build();

        for (ChatRequest each : List.of(request, request.toBuilder().build())) {
            assertThat(each.messages()).containsExactly(USER);
            assertThat(each.tools()).containsExactly(TOOL);
            assertThat(each.toolChoice()).isEqualTo(ToolChoice.NONE);
            assertThat(each.sampling()).contains(Sampling.greedy());
            assertThat(each.maxTokens()).hasValue(1);
            assertThat(each.stop()).containsExactly("x");
            assertThat(each.format()).isEqualTo(new ResponseFormat.Grammar("root ::= \"a\""));
            assertThat(each.timeout()).contains(Duration.ofNanos(1));
            assertThat(each.session()).contains("s");
        }
    }

    @Test
    void doesNotChangeWithTheListsOfItsCaller() {
        List<Message> messages = new ArrayList<>(List.of(USER));
        List<ToolSpec> tools = new ArrayList<>(List.of(TOOL));
        List<String> stop = new ArrayList<>(List.of("x"));
        ChatRequest.Builder builder = ChatRequest.builder().messages(messages).tools(tools).stop(stop);
        messages.clear();
        tools.clear();
        stop.add("");
        ChatRequest request = builder.build();

        assertThat(request.messages()).containsExactly(USER);
        assertThat(request.tools()).containsExactly(TOOL);
        assertThat(request.stop()).containsExactly("x");
        for (List<?> list : List.of(request.messages(), request.tools(), request.stop())) {
            assertThatThrownBy(list::clear).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void doesNotChangeWithItsBuilder() {
        ChatRequest.Builder builder = builder();
        ChatRequest first = builder.build();
        ChatRequest second = builder.messages(List.of(USER, USER)).maxTokens(5).build();

        assertThat(first.messages()).hasSize(1);
        assertThat(first.maxTokens()).isEmpty();
        assertThat(second.messages()).hasSize(2);
    }

    @Test
    void checksNumbersAndTimes() {
        assertThatIllegalArgumentException().isThrownBy(() -> builder().maxTokens(0)).withMessageContaining("was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().maxTokens(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().timeout(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> builder().timeout(Duration.ofNanos(-1)))
                .withMessageContaining("PT-0.000000001S");
    }

    @Test
    void checksStopStrings() {
        assertThat(builder().stop(Collections.nCopies(16, "x".repeat(256))).build().stop()).hasSize(16);
        assertThatIllegalArgumentException().isThrownBy(() -> builder().stop(Collections.nCopies(17, "x")))
                .withMessageContaining("17");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().stop(List.of("x".repeat(257))))
                .withMessageContaining("257");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().stop(List.of("x", "")));
    }

    @Test
    void refusesNullWhereItIsGiven() {
        assertThatNullPointerException().isThrownBy(() -> builder().sampling(null)).withMessage("sampling");
        assertThatNullPointerException().isThrownBy(() -> builder().toolChoice(null)).withMessage("toolChoice");
        assertThatNullPointerException().isThrownBy(() -> builder().format(null)).withMessage("format");
        assertThatNullPointerException().isThrownBy(() -> builder().session(null)).withMessage("session");
        assertThatNullPointerException().isThrownBy(() -> builder().timeout(null));
        assertThatNullPointerException().isThrownBy(() -> builder().messages(Collections.singletonList(null)));
    }

    @Test
    void refusesTwoToolsOfOneName() {
        ToolSpec other = new ToolSpec("tool", "does something else", Map.of());

        assertThatIllegalArgumentException().isThrownBy(() -> builder().tools(List.of(TOOL, other)).build())
                .withMessageContaining("[tool, tool]");
    }

    @Test
    void refusesAnOrderOfRolesThatNoModelCouldFollow() {
        assertThatIllegalArgumentException().isThrownBy(() -> ChatRequest.builder().build());
        assertThatIllegalArgumentException().isThrownBy(() -> ChatRequest.of(USER, Message.system("late")));
    }
}
