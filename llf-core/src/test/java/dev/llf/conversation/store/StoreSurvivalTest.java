package dev.llf.conversation.store;

import dev.llf.error.StorageException;
import dev.llf.spi.ConversationEntry;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What holds when the process of a store is killed, and while it lives. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class StoreSurvivalTest {

    private static final int ROUNDS = 8;

    @TempDir private Path directory;

    /** Kills it without closing the streams, so that what it printed can still be read. */
    private static void kill(Process process) throws InterruptedException {
        process.toHandle().destroyForcibly();
        process.waitFor();
    }

    @Test
    void keepsAllThatWasGrantedWhenTheProcessIsKilled() throws IOException, InterruptedException {
        Random random = new Random();
        int before = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long granted = grantedUntilKilled(random.nextInt(1, 200));

            List<ConversationEntry> kept;
            try (JsonLinesConversationStore store = JsonLinesConversationStore.open(directory)) {
                kept = store.read(StoreProcess.ID);
                assertThat(store.recoveries()).hasSizeLessThanOrEqualTo(1);
            }

            assertThat(kept.size()).isGreaterThanOrEqualTo((int) granted).isLessThanOrEqualTo((int) granted + 3);
            assertThat(kept.size()).isGreaterThan(before);
            assertThat(kept).isEqualTo(expected(kept.size()));
            before = kept.size();
        }
    }

    /** Whole calls up to a number of entries. */
    private static List<ConversationEntry> expected(int size) {
        List<ConversationEntry> expected = new ArrayList<>();
        while (expected.size() < size) {
            expected.addAll(StoreProcess.call(expected.size()));
        }
        return expected;
    }

    /** Returns the last revision that a process was granted before it was killed, soon after a number of appends. */
    private long grantedUntilKilled(int appends) throws IOException, InterruptedException {
        Process process = StoreProcess.start(directory);
        try (BufferedReader out = process.inputReader()) {
            String last = "";
            for (int i = 0; i < appends; i++) {
                last = out.readLine();
                assertThat(last).isNotNull().containsOnlyDigits();
            }
            kill(process);
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
            }
            return Long.parseLong(last);
        } finally {
            kill(process);
        }
    }

    @Test
    void letsOneProcessAtATimeIn() throws IOException, InterruptedException {
        Process process = StoreProcess.start(directory);
        try (BufferedReader out = process.inputReader()) {
            assertThat(out.readLine()).isEqualTo("1");
            for (int i = 0; i < 2; i++) { // a refused one must not take the lock away from the other
                assertThatExceptionOfType(StorageException.class)
                        .isThrownBy(() -> JsonLinesConversationStore.open(directory))
                        .withMessageContaining("another process has this conversation store open");
            }
        } finally {
            kill(process);
        }
        try (JsonLinesConversationStore store = JsonLinesConversationStore.open(directory)) {
            assertThat(store.read(StoreProcess.ID)).isNotEmpty();
            assertThatExceptionOfType(StorageException.class)
                    .isThrownBy(() -> JsonLinesConversationStore.open(directory));

            Process second = StoreProcess.start(directory);
            try (BufferedReader out = second.inputReader()) {
                assertThat(out.readLine()).startsWith(StoreProcess.REFUSED).contains("another process");
                assertThat(second.waitFor()).isZero();
            } finally {
                kill(second);
            }
        }
    }
}
