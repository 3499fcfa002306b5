package dev.llf.chat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class RoleOrderTest {

    private static final Message SYSTEM = Message.system("s");
    private static final Message USER = Message.user("u");
    private static final Message ASSISTANT = Message.assistant("a");

    private static Message calls(String... ids) {
        return new AssistantMessage("", Arrays.stream(ids).map(id -> new ToolCall(id, "tool", "{}")).toList());
    }

    private static Message result(String id) {
        return new ToolMessage(id, "tool", "done", false);
    }

    private static void accepts(Message... messages) {
        assertThatCode(() -> RoleOrder.check(List.of(messages))).doesNotThrowAnyException();
    }

    private static void refuses(String message, Message... messages) {
        assertThatIllegalArgumentException().isThrownBy(() -> RoleOrder.check(List.of(messages)))
                .withMessageContaining(message);
    }

    @Test
    void acceptsOrdersThatAConversationCanHave() {
        accepts(USER);
        accepts(ASSISTANT);
        accepts(SYSTEM, USER);
        accepts(SYSTEM, USER, ASSISTANT, USER);
        accepts(USER, USER);
        accepts(USER, ASSISTANT, ASSISTANT);
        accepts(USER, calls("1"), result("1"));
        accepts(USER, calls("1", "2"), result("2"), result("1"), ASSISTANT);
        accepts(USER, calls("1"), result("1"), calls("1"), result("1"), USER);
    }

    @Test
    void refusesNoMessages() {
        refuses("at least one message");
    }

    @Test
    void refusesASystemMessageAloneOrNotInFront() {
        refuses("besides the system message", SYSTEM);
        refuses("messages[1]: a system message may only come first", SYSTEM, SYSTEM, USER);
        refuses("messages[2]: a system message", USER, ASSISTANT, SYSTEM);
    }

    @Test
    void refusesAResultWithoutItsOpenCall() {
        refuses("messages[0]: a tool result must answer an open call, its id is '1'", result("1"));
        refuses("messages[2]: a tool result", USER, calls("1"), result("2"));
        refuses("messages[3]: a tool result", USER, calls("1"), result("1"), result("1"));
        refuses("messages[2]: a tool result", USER, ASSISTANT, result("1"));
    }

    @Test
    void refusesAnythingElseBeforeTheResults() {
        refuses("messages[2]: a user message before the results of [2, 1]", USER, calls("2", "1"), USER);
        refuses("messages[2]: an assistant message before the results of [1]", USER, calls("1"), ASSISTANT,
                result("1"));
        refuses("messages[3]: a user message before the results of [2]", USER, calls("1", "2"), result("1"), USER);
        refuses("messages[2]: a system message", USER, calls("1"), SYSTEM);
    }

    @Test
    void refusesCallsThatStayOpenNamingThemInTheirOrder() {
        refuses("tool calls without a result: [z, b, 1]; add a ToolMessage for each", USER, calls("z", "b", "x", "1"),
                result("x"));
    }

    @Test
    void refusesTwoCallsWithOneId() {
        refuses("messages[1]: two tool calls share the id '1'", USER, calls("1", "1"), result("1"));
    }
}
