package dev.llf.examples.bench;

import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ChatMessageDeserializer;
import dev.langchain4j.data.message.ChatMessageSerializer;
import dev.langchain4j.memory.ChatMemory;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.langchain4j.store.memory.chat.ChatMemoryStore;
import dev.langchain4j.store.memory.chat.InMemoryChatMemoryStore;
import dev.llf.chat.Turn;
import dev.llf.conversation.ConversationTree;
import dev.llf.conversation.store.JsonLinesConversationStore;
import dev.llf.conversation.store.JsonLinesConversationStore.Durability;
import dev.llf.conversation.store.MemoryConversationStore;
import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationEntry.TurnAdded;
import dev.llf.spi.ConversationStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to note one turn, a question and its answer, in a conversation that already has many?
 *
 * <p>Each invocation adds {@value #ADDED} turns to a conversation that was made anew, so that its length hardly changes.
 * Making it is not measured, but the allocations that {@code -prof gc} tells include it.
 *
 * <p>LangChain4j hands its store the whole list after each message. {@code file} is a store that keeps nothing itself, as
 * in its examples; {@code file-cached} also keeps the list in memory and only writes. Neither of them waits for the disk
 * or survives a crash while it writes: of LLF's, {@code file} stands nearest. Run:
 * {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=AppendBenchmark}
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class AppendBenchmark {

    private static final int ADDED = 10;
    private static final String ID = "talk";

    /** LLF's side. */
    @State(Scope.Thread)
    public static class OfLlf {

        /** How many turns there are. */
        @Param({"100", "1000"}) int turns;
        /** Where they are kept. */
        @Param({"nowhere", "memory", "file", "file-power-cut"}) String store = "";

        private Path directory;
        private ConversationStore kept;
        private List<ConversationEntry> before = List.of();
        private List<Turn> next = List.of();
        private ConversationTree tree;

        @Setup
        public void open() throws IOException {
            directory = Files.createTempDirectory("append");
            kept = switch (store) {
                case "file" -> JsonLinesConversationStore.open(directory, Durability.PROCESS_END);
                case "file-power-cut" -> JsonLinesConversationStore.open(directory, Durability.POWER_CUT);
                default -> new MemoryConversationStore();
            };
            before = IntStream.range(0, turns).mapToObj(SameTalk.ORDINARY::turn)
                    .<ConversationEntry>map(turn -> new TurnAdded(turn.startedAt(), ConversationTree.MAIN, turn))
                    .toList();
            next = IntStream.range(turns, turns + ADDED).mapToObj(SameTalk.ORDINARY::turn).toList();
        }

        @Setup(Level.Invocation)
        public void begin() {
            if (store.equals("nowhere")) {
                tree = ConversationTree.inMemory(ID, Clock.systemUTC());
                before.forEach(entry -> add(((TurnAdded) entry).turn()));
            } else {
                kept.delete(ID);
                kept.append(ID, 0, before);
                tree = ConversationTree.open(ID, kept, Clock.systemUTC());
            }
        }

        private void add(Turn turn) {
            tree.add(ConversationTree.MAIN, turn.parent(), turn);
        }

        @TearDown
        public void close() throws IOException {
            kept.close();
            delete(directory);
        }
    }

    /** LangChain4j's side. */
    @State(Scope.Thread)
    public static class OfLangChain4j {

        /** How many turns there are. */
        @Param({"100", "1000"}) int turns;
        /** Where they are kept. */
        @Param({"memory", "file", "file-cached"}) String store = "";

        private Path directory;
        private List<ChatMessage> before = List.of();
        private List<ChatMessage> next = List.of();
        private ChatMemory memory;

        @Setup
        public void open() throws IOException {
            directory = Files.createTempDirectory("append");
            Path file = directory.resolve("talk.json");
            List<ChatMessage> all = SameTalk.ORDINARY.messages(turns + ADDED);
            before = all.subList(0, 2 * turns);
            next = all.subList(2 * turns, all.size());
            memory = MessageWindowChatMemory.builder().id(ID).maxMessages(1_000_000).chatMemoryStore(switch (store) {
                case "file" -> new FileStore(file);
                case "file-cached" -> new CachedFileStore(file);
                default -> new InMemoryChatMemoryStore();
            }).build();
        }

        @Setup(Level.Invocation)
        public void begin() {
            memory.set(before);
        }

        @TearDown
        public void close() throws IOException {
            delete(directory);
        }
    }

    /** Keeps one conversation in a file and nothing in memory. */
    private record FileStore(Path file) implements ChatMemoryStore {

        @Override
        public List<ChatMessage> getMessages(Object id) {
            try {
                return Files.exists(file) ? ChatMessageDeserializer.messagesFromJson(Files.readString(file))
                        : List.of();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void updateMessages(Object id, List<ChatMessage> messages) {
            try {
                Files.writeString(file, ChatMessageSerializer.messagesToJson(messages));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void deleteMessages(Object id) {
            updateMessages(id, List.of());
        }
    }

    /** Keeps one conversation in memory and writes it to a file. */
    private static final class CachedFileStore implements ChatMemoryStore {

        private final FileStore file;
        private List<ChatMessage> messages = List.of();

        CachedFileStore(Path file) {
            this.file = new FileStore(file);
        }

        @Override
        public List<ChatMessage> getMessages(Object id) {
            return messages;
        }

        @Override
        public void updateMessages(Object id, List<ChatMessage> all) {
            messages = all;
            file.updateMessages(id, all);
        }

        @Override
        public void deleteMessages(Object id) {
            updateMessages(id, List.of());
        }
    }

    @Benchmark
    @OperationsPerInvocation(ADDED)
    public Optional<Turn> llf(OfLlf side) {
        side.next.forEach(side::add);
        return side.tree.history(ConversationTree.MAIN).last();
    }

    @Benchmark
    @OperationsPerInvocation(ADDED)
    public ChatMemory langchain4j(OfLangChain4j side) {
        side.next.forEach(side.memory::add);
        return side.memory;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
