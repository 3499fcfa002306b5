package dev.llf.conversation;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class ConversationLogTest {

    private final ConversationLog log = new ConversationLog();

    private static Turn turn(String id, Optional<String> parent, Message... messages) {
        List<Message> said = messages.length > 0 ? List.of(messages) : List.of(Message.user(id), Message.assistant(id));
        return new Turn(id, parent, Instant.EPOCH, said, FinishReason.STOP, Usage.NONE, "model");
    }

    private static Turn after(ConversationLog log, String id) {
        return turn(id, log.last().map(Turn::id), Message.user("q" + id), Message.assistant("a" + id));
    }

    @Test
    void isEmptyAtFirst() {
        assertThat(log.last()).isEmpty();
        assertThat(log.turns()).isEmpty();
        assertThat(log.messages()).isEmpty();
    }

    @Test
    void keepsTheOrder() {
        Turn first = after(log, "1");
        log.append(first);
        Turn second = after(log, "2");
        log.append(second);

        assertThat(log.turns()).containsExactly(first, second);
        assertThat(log.last()).contains(second);
        assertThat(log.messages()).containsExactly(Message.user("q1"), Message.assistant("a1"), Message.user("q2"),
                Message.assistant("a2"));
    }

    @Test
    void refusesATurnThatFollowsAnother() {
        assertThatIllegalStateException().isThrownBy(() -> log.append(turn("2", Optional.of("1"))))
                .withMessage("turn 2 follows turn 1, but the log is empty");
        log.append(turn("1", Optional.empty()));

        assertThatIllegalStateException().isThrownBy(() -> log.append(turn("2", Optional.empty())))
                .withMessage("turn 2 begins a log, but the log ends with turn 1");
        assertThatIllegalStateException().isThrownBy(() -> log.append(turn("3", Optional.of("2"))))
                .withMessage("turn 3 follows turn 2, but the log ends with turn 1");
        assertThat(log.turns()).hasSize(1);
    }

    @Test
    void takesOneOfSeveralTurnsThatFollowTheSame() throws InterruptedException {
        for (int round = 0; round < 500; round++) {
            Optional<String> parent = log.last().map(Turn::id);
            CountDownLatch go = new CountDownLatch(1);
            AtomicInteger taken = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Turn turn = turn(round + "-" + i, parent);
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        go.await();
                        log.append(turn);
                        taken.incrementAndGet();
                    } catch (IllegalStateException e) {
                        assertThat(e).hasMessageContaining("log");
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }));
            }
            go.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(taken).hasValue(1);
            assertThat(log.turns()).hasSize(round + 1);
        }
    }

    @Test
    void branches() {
        log.append(after(log, "1"));

        ConversationLog branch = log.fork();
        log.append(after(log, "2"));
        branch.append(after(branch, "3"));

        assertThat(log.turns()).extracting(Turn::id).containsExactly("1", "2");
        assertThat(branch.turns()).extracting(Turn::id).containsExactly("1", "3");
        assertThat(branch.turns().getFirst()).isSameAs(log.turns().getFirst());
        assertThat(new ConversationLog().fork().turns()).isEmpty();
    }

    @Test
    void givesSnapshots() {
        log.append(after(log, "1"));
        List<Turn> turns = log.turns();
        List<Message> messages = log.messages();
        log.append(after(log, "2"));

        assertThat(turns).hasSize(1);
        assertThat(messages).hasSize(2);
        assertThatThrownBy(turns::clear).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void holdsManyTurns() {
        for (int i = 0; i < 10_000; i++) {
            log.append(after(log, "" + i));
        }

        assertThat(log.turns()).hasSize(10_000);
        assertThat(log.messages()).hasSize(20_000);
        assertThat(log.fork().turns()).isEqualTo(log.turns());
        assertThat(log.last().orElseThrow().id()).isEqualTo("9999");
    }

    @Test
    void answersWithTheLastAnswerThatHasText() {
        AssistantMessage look = new AssistantMessage("Let me look.", List.of(new ToolCall("1", "weather", "")));
        ToolMessage result = new ToolMessage("1", "weather", "sunny", false);

        assertThat(turn("1", Optional.empty(), Message.user("?"), look, result, Message.assistant("Sunny.")).answer())
                .isEqualTo("Sunny.");
        assertThat(turn("1", Optional.empty(), Message.user("?"), look, result, Message.assistant("")).answer())
                .isEqualTo("Let me look.");
        assertThat(turn("1", Optional.empty(), Message.user("?"), Message.assistant("")).answer()).isEmpty();
    }

    @Test
    void copiesTheMessagesOfATurn() {
        List<Message> messages = new ArrayList<>(List.of(Message.user("?"), Message.assistant("!")));
        Turn turn = new Turn("1", Optional.empty(), Instant.EPOCH, messages, FinishReason.STOP, Usage.NONE, "model");

        messages.clear();

        assertThat(turn.messages()).containsExactly(Message.user("?"), Message.assistant("!"));
    }
}
