package dev.llf.chat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The order of roles that a conversation can have. */
final class RoleOrder {

    private RoleOrder() {}

    /**
     * Checks the order.
     *
     * @throws IllegalArgumentException naming the first message that is out of place
     */
    static void check(List<Message> messages) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("a request needs at least one message");
        }
        checkCalls(messages);
        if (messages.size() == 1 && messages.getFirst().role() == Role.SYSTEM) {
            throw new IllegalArgumentException("a request needs a message besides the system message");
        }
    }

    /**
     * Checks the messages of one turn: a question of the user, whatever it takes, and the model's answer.
     *
     * @throws IllegalArgumentException naming the first message that is out of place
     */
    static void checkTurn(List<Message> messages) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("a turn needs at least the user's message and an answer");
        }
        for (int i = 0; i < messages.size(); i++) {
            boolean user = messages.get(i) instanceof UserMessage;
            require(user == (i == 0), i, "the user speaks once in a turn, first");
            require(messages.get(i).role() != Role.SYSTEM, i, "a system message belongs to no turn");
        }
        checkCalls(messages);
        require(messages.getLast() instanceof AssistantMessage, messages.size() - 1, "a turn ends with an answer");
    }

    private static void checkCalls(List<Message> messages) {
        if (isPlain(messages)) {
            return;
        }
        Set<String> open = new LinkedHashSet<>();
        for (int i = 0; i < messages.size(); i++) {
            check(messages.get(i), i, open);
        }
        if (!open.isEmpty()) {
            throw new IllegalArgumentException("tool calls without a result: %s; add a ToolMessage for each"
                    .formatted(open));
        }
    }

    /** Most requests hold neither calls nor results; nothing can be out of place there but a system message. */
    private static boolean isPlain(List<Message> messages) {
        for (int i = 0; i < messages.size(); i++) {
            boolean plain = switch (messages.get(i)) {
                case SystemMessage system -> i == 0;
                case UserMessage user -> true;
                case AssistantMessage assistant -> assistant.toolCalls().isEmpty();
                case ToolMessage result -> false;
            };
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    private static void check(Message message, int index, Set<String> open) {
        switch (message) {
            case SystemMessage system -> require(index == 0, index, "a system message may only come first");
            case ToolMessage result -> require(open.remove(result.callId()), index,
                    "a tool result must answer an open call, its id is '%s'".formatted(result.callId()));
            case UserMessage user -> require(open.isEmpty(), index, "a user message before the results of " + open);
            case AssistantMessage assistant -> {
                require(open.isEmpty(), index, "an assistant message before the results of " + open);
                for (ToolCall call : assistant.toolCalls()) {
                    require(open.add(call.id()), index, "two tool calls share the id '%s'".formatted(call.id()));
                }
            }
        }
    }

    private static void require(boolean condition, int index, String what) {
        if (!condition) {
            throw new IllegalArgumentException("messages[%d]: %s".formatted(index, what));
        }
    }
}
