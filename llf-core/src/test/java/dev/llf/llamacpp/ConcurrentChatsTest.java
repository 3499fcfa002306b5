package dev.llf.llamacpp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Chats side by side say what they would say alone. */
@Timeout(120)
class ConcurrentChatsTest {

    private static final int THREADS = 8;
    private static final int CHATS = 50;

    private record Played(List<String> dialog, List<String> answers) {}

    @Test
    void giveTheTextsOfChatsOneAfterTheOther() throws InterruptedException, ExecutionException {
        try (LlamaChatModel model = TinyChats.model().slots(4).build();
                ExecutorService callers = Executors.newFixedThreadPool(THREADS)) {
            List<List<String>> alone = TinyChats.DIALOGS.stream()
                    .map(dialog -> TinyChats.play(model, dialog, Optional.empty())).toList();

            List<Future<List<Played>>> futures = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int caller = i;
                futures.add(callers.submit(() -> playMany(model, caller)));
            }

            int chats = 0;
            for (Future<List<Played>> future : futures) {
                for (Played played : future.get()) {
                    chats += played.answers.size();
                    assertThat(played.answers).as("%s", played.dialog)
                            .isEqualTo(alone.get(TinyChats.DIALOGS.indexOf(played.dialog)));
                }
            }
            assertThat(chats).isGreaterThanOrEqualTo(THREADS * CHATS);
        }
    }

    /** Plays dialogs in an order of this caller's own, some in a session. */
    private static List<Played> playMany(LlamaChatModel model, int caller) {
        Random random = new Random(caller);
        List<Played> played = new ArrayList<>();
        int chats = 0;
        while (chats < CHATS) {
            List<String> dialog = TinyChats.DIALOGS.get(random.nextInt(TinyChats.DIALOGS.size()));
            Optional<String> session = random.nextBoolean() ? Optional.of("caller " + caller) : Optional.empty();
            played.add(new Played(dialog, TinyChats.play(model, dialog, session)));
            chats += dialog.size();
        }
        return played;
    }

    @Test
    void giveTheSameTextWithAndWithoutACachedFront() {
        try (LlamaChatModel model = TinyChats.model().slots(4).build()) {
            for (List<String> dialog : TinyChats.DIALOGS) {
                List<String> fresh = TinyChats.play(model, dialog, Optional.empty());

                assertThat(TinyChats.play(model, dialog, Optional.of("a session"))).isEqualTo(fresh);
                assertThat(TinyChats.play(model, dialog, Optional.of("a session"))).isEqualTo(fresh);
            }
        }
    }
}
