package dev.llf;

import dev.llf.chat.Sampling;
import dev.llf.chat.Turn;
import dev.llf.conversation.Window;
import dev.llf.conversation.store.JsonLinesConversationStore;
import dev.llf.conversation.store.MemoryConversationStore;
import dev.llf.error.StorageException;
import dev.llf.survival.ChildJvm;
import dev.llf.testing.ScriptedChatModel;
import dev.llf.testing.TinyModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Conversations that outlive the program. */
@Timeout(120)
class StoredConversationTest {

    @TempDir private Path directory;

    private static Llf llf(JsonLinesConversationStore store) {
        return Llf.builder().model(TinyModel.path()).contextTokens(512).slots(1).threads(1).sampling(Sampling.greedy())
                .maxTokens(32).store(store).build();
    }

    private static ScriptedChatModel echo() {
        return ScriptedChatModel.answering(request -> "re: " + request.messages().getLast().text()).repeatingLast();
    }

    @Test
    void goesOnWhereTheLastProgramStopped() {
        List<Turn> before;
        try (JsonLinesConversationStore store = JsonLinesConversationStore.open(directory); Llf llf = llf(store)) {
            Conversation talk = llf.conversation("ada");
            talk.send("My name is Ada.");
            talk.fork("other").send("Hello!");
            before = talk.turns();
        }

        try (JsonLinesConversationStore store = JsonLinesConversationStore.open(directory); Llf llf = llf(store)) {
            Conversation talk = llf.conversation("ada");
            assertThat(talk.turns()).isEqualTo(before);
            assertThat(talk.send("What is my name?").text()).isEqualTo("Your name is Ada.");
            assertThat(talk.branch("other").turns()).hasSize(2);
            assertThat(store.conversations()).containsExactly("ada");
        }
    }

    @Test
    void keepsSummariesForTheNextProgram() {
        Window window = Window.summarizing();
        int turns;
        try (MemoryConversationStore store = new MemoryConversationStore()) {
            try (Llf llf = small(store, window)) {
                Conversation talk = llf.conversation("x");
                while (talk.tree().summary(talk.history()).isEmpty()) {
                    talk.send("Please tell me more about that. ".repeat(4));
                }
                turns = talk.tree().summary(talk.history()).orElseThrow().turns();
            }
            try (Llf llf = small(store, window)) {
                Conversation talk = llf.conversation("x");
                talk.plan("Hello!");
                assertThat(talk.tree().summary(talk.history()).orElseThrow().turns()).isEqualTo(turns);
            }
        }
    }

    private static Llf small(MemoryConversationStore store, Window window) {
        return Llf.builder().model(TinyModel.path()).contextTokens(512).slots(1).threads(1).maxTokens(16)
                .sampling(Sampling.greedy()).window(window).store(store).build();
    }

    @Test
    void keepsNothingOfAQuestionThatStandsAlone() {
        try (MemoryConversationStore store = new MemoryConversationStore();
                Llf llf = Llf.builder().model(echo()).store(store).build()) {
            llf.chat("Hi");
            assertThat(store.conversations()).isEmpty();
            Conversation talk = llf.conversation();
            assertThat(store.conversations()).as("nothing was said yet").isEmpty();
            talk.send("Hi");
            assertThat(store.conversations()).containsExactly(talk.id());
        }
    }

    @Test
    void sharesAConversationAmongThoseWhoAskForIt() throws InterruptedException, ExecutionException {
        try (MemoryConversationStore store = new MemoryConversationStore();
                Llf llf = Llf.builder().model(echo()).store(store).build()) {
            all(8, thread -> {
                for (int i = 0; i < 50; i++) {
                    llf.conversation("shared").send(thread + "-" + i);
                }
            });
            assertThat(llf.conversation("shared").turns()).hasSize(400);
        }
    }

    @Test
    void letsBranchesOfAConversationRunAtOnce() throws InterruptedException, ExecutionException {
        try (JsonLinesConversationStore store = JsonLinesConversationStore.open(directory);
                Llf llf = Llf.builder().model(echo()).store(store).build()) {
            Conversation talk = llf.conversation("talk");
            talk.send("first");
            all(8, thread -> {
                Conversation branch = talk.fork("b" + thread);
                for (int i = 0; i < 50; i++) {
                    branch.send(thread + "-" + i);
                }
            });
            for (int thread = 0; thread < 8; thread++) {
                assertThat(talk.branch("b" + thread).turns()).hasSize(51);
            }
            assertThat(talk.turns()).hasSize(1);
            assertThat(talk.tree().statistics().turns()).isEqualTo(401);
        }
    }

    @Test
    void refusesToOverwriteWhatAnotherProgramWrote() {
        try (MemoryConversationStore store = new MemoryConversationStore();
                Llf one = Llf.builder().model(echo()).store(store).build();
                Llf other = Llf.builder().model(echo()).store(store).build()) {
            Conversation talk = one.conversation("x");
            other.conversation("x").send("mine");

            assertThatExceptionOfType(StorageException.class).isThrownBy(() -> talk.send("yours"));

            assertThat(talk.turns()).isEmpty();
            assertThat(other.conversation("x").turns()).hasSize(1);
        }
    }

    private interface Work {
        void run(int thread);
    }

    private static void all(int threads, Work work) throws InterruptedException, ExecutionException {
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                futures.add(pool.submit(() -> work.run(thread)));
            }
            for (Future<?> future : futures) {
                future.get();
            }
        }
    }

    /** Main program of a child JVM: talks until it is killed and prints what was answered. */
    public static final class Talking {
        private Talking() {}

        public static void main(String[] arguments) {
            try (JsonLinesConversationStore store = JsonLinesConversationStore.open(Path.of(arguments[0]));
                    Llf llf = Llf.builder().model(echo()).store(store).build()) {
                Conversation talk = llf.conversation("talk");
                for (int i = talk.turns().size();; i++) {
                    System.out.println(talk.send("number " + i).turn().id());
                }
            }
        }
    }

    @Test
    void losesNoAnsweredTurnWhenTheProgramIsKilled() throws IOException, InterruptedException {
        Random random = new Random();
        List<String> answered = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
            Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx128m", "-cp", ChildJvm.classPath(), Talking.class.getName(), directory.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            try (BufferedReader out = process.inputReader()) {
                for (int i = random.nextInt(1, 100); i > 0; i--) {
                    answered.add(out.readLine());
                }
                process.toHandle().destroyForcibly();
                process.waitFor();
                out.lines().filter(line -> line.length() == 16).forEach(answered::add);
            }
            try (JsonLinesConversationStore store = JsonLinesConversationStore.open(directory);
                    Llf llf = Llf.builder().model(echo()).store(store).build()) {
                List<Turn> turns = llf.conversation("talk").turns();
                assertThat(turns).extracting(Turn::id).containsAll(answered);
                for (int i = 0; i < turns.size(); i++) {
                    assertThat(turns.get(i).answer()).isEqualTo("re: number " + i);
                }
            }
        }
    }
}
