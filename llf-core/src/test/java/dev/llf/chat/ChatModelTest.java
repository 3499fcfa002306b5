package dev.llf.chat;

import dev.llf.error.EngineException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ChatModelTest {

    /** Answers with a buffer that the test has filled. */
    private record Filled(ChatStreamBuffer buffer) implements ChatModel {

        @Override
        public ChatStream stream(ChatRequest request) {
            return buffer;
        }

        @Override
        public int countTokens(ChatRequest request) {
            return 1;
        }

        @Override
        public ModelInfo info() {
            return new ModelInfo("filled", 1);
        }

        @Override
        public void close() {}
    }

    private final ChatStreamBuffer buffer = new ChatStreamBuffer(System::nanoTime, () -> {});

    @Test
    void chatWaitsForTheWholeResponse() {
        buffer.text("Hello", 1);
        buffer.finish(FinishReason.STOP);

        try (ChatModel model = new Filled(buffer)) {
            assertThat(model.chat(ChatRequest.of(Message.user("Hi")))).isSameAs(buffer.response());
        }
    }

    @Test
    void chatThrowsWhatTheEngineFailedWith() {
        EngineException failure = new EngineException("out of order");
        buffer.fail(failure);

        try (ChatModel model = new Filled(buffer)) {
            assertThatThrownBy(() -> model.chat(ChatRequest.of(Message.user("Hi")))).isSameAs(failure);
        }
    }

    @Test
    void rolesHaveTheNamesOfTemplates() {
        assertThat(Role.values()).extracting(Role::templateName).containsExactly("system", "user", "assistant", "tool");
        assertThat(new ToolMessage("1", "tool", "", true).role()).isEqualTo(Role.TOOL);
        assertThat(Message.system("").role()).isEqualTo(Role.SYSTEM);
        assertThat(Message.user("").role()).isEqualTo(Role.USER);
        assertThat(Message.assistant("").role()).isEqualTo(Role.ASSISTANT);
    }
}
