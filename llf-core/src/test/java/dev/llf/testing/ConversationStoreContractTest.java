package dev.llf.testing;

import dev.llf.conversation.store.JsonLinesConversationStore;
import dev.llf.conversation.store.MemoryConversationStore;
import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class ConversationStoreContractTest {

    @TempDir private Path temporary;

    // @start region="contract"
    @TestFactory
    Stream<DynamicTest> filesKeepTheContract() {
        return ConversationStoreContract.checks(() -> {
            Path directory = freshDirectory();
            return () -> JsonLinesConversationStore.open(directory);
        }).stream().map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }
    // @end

    @TestFactory
    Stream<DynamicTest> memoryKeepsTheContract() {
        return ConversationStoreContract.checksWithoutReopening(MemoryConversationStore::new).stream()
                .map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }

    private Path freshDirectory() {
        try {
            return Files.createTempDirectory(temporary, "store");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A store that is right but for what a subclass does. */
    private static class Faulty implements ConversationStore {

        protected final MemoryConversationStore right = new MemoryConversationStore();

        @Override
        public void append(String conversation, long revision, List<ConversationEntry> entries) {
            right.append(conversation, revision, entries);
        }

        @Override
        public List<ConversationEntry> read(String conversation) {
            return right.read(conversation);
        }

        @Override
        public List<String> conversations() {
            return right.conversations();
        }

        @Override
        public boolean delete(String conversation) {
            return right.delete(conversation);
        }

        @Override
        public void close() {
            right.close();
        }
    }

    private static List<String> failing(Supplier<ConversationStore> stores) {
        return ConversationStoreContract.checksWithoutReopening(stores).stream()
                .filter(ConversationStoreContractTest::fails).map(ConversationStoreContract.Check::name).toList();
    }

    private static boolean fails(ConversationStoreContract.Check check) {
        try {
            check.run();
            return false;
        } catch (AssertionError e) {
            assertThat(e.getMessage()).isNotBlank();
            return true;
        } catch (RuntimeException e) {
            return true;
        }
    }

    @Test
    void letsARightStorePass() {
        assertThat(failing(Faulty::new)).isEmpty();
    }

    @Test
    void namesEveryCheckOnce() {
        assertThat(ConversationStoreContract.checks(() -> Faulty::new)).extracting(Object::toString)
                .doesNotHaveDuplicates().hasSizeGreaterThan(15);
    }

    @Test
    void findsAStoreThatLosesTheOrder() {
        assertThat(failing(() -> new Faulty() {
            @Override
            public List<ConversationEntry> read(String conversation) {
                return super.read(conversation).reversed();
            }
        })).contains("reads entries in the order in which they were appended");
    }

    @Test
    void findsAStoreThatIgnoresTheRevision() {
        assertThat(failing(() -> new Faulty() {
            @Override
            public synchronized void append(String conversation, long revision, List<ConversationEntry> entries) {
                super.append(conversation, read(conversation).size(), entries);
            }
        })).contains("refuses another revision and writes nothing",
                "lets exactly one of several threads write a revision");
    }

    @Test
    void findsAStoreThatAddsEntriesOneByOne() {
        assertThat(failing(() -> new Faulty() {
            @Override
            public void append(String conversation, long revision, List<ConversationEntry> entries) {
                if (entries.isEmpty()) {
                    throw new IllegalArgumentException("none");
                }
                for (int i = 0; i < entries.size(); i++) {
                    super.append(conversation, revision + i, List.of(entries.get(i)));
                }
            }
        })).contains("adds all entries of a call or none");
    }

    @Test
    void findsAStoreThatMixesConversations() {
        assertThat(failing(() -> new Faulty() {
            @Override
            public List<ConversationEntry> read(String conversation) {
                return super.read(conversation.substring(0, Math.min(1, conversation.length())));
            }
        })).contains("keeps conversations apart, upper and lower case too");
    }

    @Test
    void findsAStoreThatCutsOrChangesTexts() {
        assertThat(failing(() -> new Faulty() {
            @Override
            public List<ConversationEntry> read(String conversation) {
                return super.read(conversation)
                        .stream().map(entry -> entry instanceof ConversationEntry.SummaryAdded summary
                                ? new ConversationEntry.SummaryAdded(summary.at(), summary.upTo(),
                                        summary.text().strip())
                                : entry)
                        .toList();
            }
        })).containsExactly("brings back any text as it was");
    }

    @Test
    void findsAStoreThatListsWithoutOrderAndOneThatNeverCloses() {
        assertThat(failing(() -> new Faulty() {
            @Override
            public List<String> conversations() {
                return super.conversations().reversed();
            }
        })).contains("lists conversations in alphabetical order");
        assertThat(failing(() -> new Faulty() {
            @Override
            public void close() {
                // stays open
            }
        })).containsExactly("refuses every call after it was closed, and closing again is fine");
    }

    @Test
    void findsAStoreThatForgetsWhenItIsOpenedAgain() {
        List<String> failing = new ArrayList<>();
        for (ConversationStoreContract.Check check : ConversationStoreContract.checks(() -> Faulty::new)) {
            if (fails(check)) {
                failing.add(check.name());
            }
        }
        assertThat(failing).containsExactly("keeps everything when it is opened again",
                "goes on where it was when it is opened again");
    }
}
