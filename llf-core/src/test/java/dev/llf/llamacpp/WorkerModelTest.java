package dev.llf.llamacpp;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Usage;
import dev.llf.error.ConfigurationException;
import dev.llf.error.ModelFileException;
import dev.llf.gguf.GgufBuilder;
import dev.llf.gguf.PoolingType;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** A model in a worker process answers as one in this process. */
@Timeout(120)
class WorkerModelTest {

    private static LlamaChatModel here;
    private static LlamaChatModel there;

    @TempDir Path directory;

    @BeforeAll
    static void open() {
        here = TinyChats.model().slots(2).build();
        there = TinyChats.model().slots(2).isolation(Isolation.WORKER_JVM).build();
    }

    @AfterAll
    static void close() {
        here.close();
        there.close();
    }

    @Test
    void answersAndCountsTheSame() {
        // A size of their own, so that no other test has left anything in the slots.
        try (LlamaChatModel in = TinyChats.model().contextTokens(1001).slots(2).build();
                LlamaChatModel out = TinyChats.model().contextTokens(1001).slots(2).isolation(Isolation.WORKER_JVM)
                        .build()) {
            for (List<String> dialog : TinyChats.DIALOGS) {
                assertThat(play(out, dialog)).isEqualTo(play(in, dialog));
            }
        }
    }

    /** What must be the same. */
    private record Answer(String text, Usage usage, FinishReason reason) {}

    private static List<Answer> play(LlamaChatModel model, List<String> dialog) {
        List<Message> messages = new ArrayList<>();
        List<Answer> answers = new ArrayList<>();
        for (String text : dialog) {
            messages.add(Message.user(text));
            ChatResponse response = model
                    .chat(ChatRequest.builder().messages(messages).session("s" + dialog.hashCode()).build());
            messages.add(Message.assistant(response.text()));
            answers.add(new Answer(response.text(), response.usage(), response.finishReason()));
        }
        return answers;
    }

    @Test
    void stopsAtStopStringsAndGoesOn() {
        ChatRequest request = TinyChats.request("What is LLF?").stop(List.of("model")).build();

        assertThat(there.chat(request).text()).isEqualTo(here.chat(request).text()).doesNotContain("model");
        assertThat(TinyChats.chat(there, "What is LLF?").text()).contains("model");
    }

    @Test
    void tellsHowManyThreadsComputeAndWhy() {
        try (LlamaChatModel model = LlamaChatModel.builder(TinyModel.path()).contextTokens(256).slots(1)
                .isolation(Isolation.WORKER_JVM).build()) {
            assertThat(model.threads()).isPositive();
            assertThat(model.threadsReason()).containsAnyOf("measured", "one core");
        }
        assertThat(there.threadsReason()).isEqualTo("set by the host");
    }

    @Test
    void embedsAndScoresTheSame() {
        Path encoder = GgufBuilder.toyBert(PoolingType.MEAN).write(directory.resolve("encoder.gguf"));
        try (LlamaEmbeddingModel in = LlamaEmbeddingModel.builder(encoder).threads(1).exitWhenMainReturns(false)
                .build();
                LlamaEmbeddingModel out = LlamaEmbeddingModel.builder(encoder).threads(1)
                        .isolation(Isolation.WORKER_JVM).build()) {
            List<String> texts = List.of("the cat", "a dog", "the cat");
            assertThat(out.embedAll(texts)).usingRecursiveComparison().isEqualTo(in.embedAll(texts));
        }
        Path reranker = GgufBuilder.toyReranker().write(directory.resolve("reranker.gguf"));
        try (LlamaReranker in = LlamaReranker.builder(reranker).threads(1).exitWhenMainReturns(false).build();
                LlamaReranker out = LlamaReranker.builder(reranker).threads(1).isolation(Isolation.WORKER_JVM)
                        .build()) {
            List<String> documents = List.of("the cat", "a dog");
            assertThat(out.rerank("cat", documents)).isEqualTo(in.rerank("cat", documents));
        }
    }

    @Test
    void tellsTheEnginesReasonForARefusedFile() {
        Path file = GgufBuilder.toyLlamaBpe().ones("unknown.weight", 32).write(directory.resolve("wrong.gguf"));

        assertThatExceptionOfType(ModelFileException.class)
                .isThrownBy(() -> LlamaChatModel.builder(file).contextTokens(64).slots(1).threads(1)
                        .isolation(Isolation.WORKER_JVM).build())
                .withMessageContaining("wrong number of tensors")
                .withMessageStartingWith(file.toString() + ": the engine")
                .satisfies(e -> assertThat(e.file()).isEqualTo(file));
        assertThat(Workers.alive()).hasSize(1);
    }

    @Test
    void checksItsOptions() {
        LlamaChatModel.Builder builder = TinyChats.model();

        assertThatIllegalArgumentException().isThrownBy(() -> builder.idleUnload(Duration.ZERO))
                .withMessageContaining("idleUnload must be positive");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> builder.idleUnload(Duration.ofMinutes(1)).build())
                .withMessageContaining("needs isolation(WORKER_JVM)");
    }

    @Test
    void estimatesWhatTheProcessItselfTakes() {
        long model = TinyChats.model().preflight().estimatedBytes();
        long process = TinyChats.model().isolation(Isolation.WORKER_JVM).preflight().estimatedBytes();

        assertThat(process - model).isEqualTo(64L << 20);
    }

    @Test
    void sharesAProcessAndEndsItWithItsLastUser() {
        long process;
        try (LlamaChatModel second = shared()) {
            process = Workers.newest();
            try (LlamaChatModel first = shared()) {
                assertThat(Workers.newest()).isEqualTo(process);
                assertThat(TinyChats.chat(first, "Hello!").text()).isNotEmpty();
            }
            assertThat(TinyChats.chat(second, "Hello!").text()).isNotEmpty();
        }
        assertThat(ProcessHandle.of(process).filter(ProcessHandle::isAlive)).isEmpty();
    }

    private static LlamaChatModel shared() {
        return TinyChats.model().slots(1).isolation(Isolation.WORKER_JVM).build();
    }

    @Test
    void opensAndClosesAgainAndAgain() {
        int before = Workers.alive().size();
        for (int i = 0; i < 10; i++) {
            try (LlamaChatModel model = TinyChats.model().slots(3).isolation(Isolation.WORKER_JVM).build()) {
                assertThat(TinyChats.chat(model, "Hello!").text()).isNotEmpty();
            }
            assertThat(Workers.alive()).hasSize(before);
        }
    }
}
