package dev.llf;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.Role;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

/** What holds for the log of every conversation. */
final class Logs {

    private Logs() {}

    static void assertWhole(Conversation talk) {
        Optional<String> parent = Optional.empty();
        for (Turn turn : talk.turns()) {
            assertThat(turn.parent()).isEqualTo(parent);
            assertWhole(turn.messages());
            parent = Optional.of(turn.id());
        }
        if (!talk.turns().isEmpty()) {
            assertThat(ChatRequest.builder().messages(talk.messages()).build().messages()).isEqualTo(talk.messages());
        }
    }

    private static void assertWhole(List<Message> messages) {
        assertThat(messages.getFirst().role()).isEqualTo(Role.USER);
        assertThat(messages.getLast()).isInstanceOfSatisfying(AssistantMessage.class,
                last -> assertThat(last.toolCalls()).isEmpty());
        assertThat(messages.stream().filter(each -> each.role() == Role.USER)).hasSize(1);
        List<String> calls = messages.stream().filter(AssistantMessage.class::isInstance)
                .flatMap(each -> ((AssistantMessage) each).toolCalls().stream()).map(ToolCall::id).toList();
        List<String> results = messages.stream().filter(ToolMessage.class::isInstance)
                .map(each -> ((ToolMessage) each).callId()).toList();
        assertThat(results).isEqualTo(calls);
    }
}
