package dev.llf.examples.bench;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.memory.ChatMemory;
import dev.langchain4j.memory.chat.MessageWindowChatMemory;
import dev.llf.chat.Transcript;
import dev.llf.conversation.search.ConversationIndex;
import dev.llf.conversation.search.ConversationSearch;
import dev.llf.conversation.search.SearchQuery;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does it take to find what was said, in 100,000 messages of some 200 characters?
 *
 * <p>LangChain4j has no search; beside LLF's stands the loop that its users write, which lists all messages that hold the
 * text. LLF counts all of them and lists 100, with the places to mark, whatever the case and white space of the words; a
 * phrase of many words would be one text for the loop too. {@code llfOnce} searches without an index, {@code llfIndexing}
 * makes one. Run: {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=SearchBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class SearchBenchmark {

    private static final int TURNS = 50_000;
    private static final int MESSAGE_CHARS = 200;
    private static final String PHRASE = "signed at the northern gate";

    /** What is looked for: a word of 10 messages, a word of about every fourth one, a phrase of 100. */
    @Param({"rare", "common", "phrase"}) String what = "";

    private Transcript transcript;
    private ConversationIndex index;
    private ChatMemory memory;
    private SearchQuery query;
    private String text = "";

    @Setup
    public void open() {
        String[] texts = texts();
        SameTalk talk = new SameTalk(i -> texts[2 * i], i -> texts[2 * i + 1]);
        transcript = new Transcript("talk", Optional.empty(), Map.of(),
                IntStream.range(0, TURNS).mapToObj(talk::turn).toList());
        index = ConversationIndex.of(transcript);
        memory = MessageWindowChatMemory.withMaxMessages(2 * TURNS);
        memory.set(talk.messages(TURNS));
        text = switch (what) {
            case "rare" -> "quicksilver";
            case "common" -> "warehouse";
            default -> PHRASE;
        };
        query = SearchQuery.builder(text).phrase(what.equals("phrase")).build();
        int found = llf();
        if (found != langchain4j().size() || found != llfOnce()) {
            throw new IllegalStateException("%d messages found, by the loop %d, without index %d".formatted(found,
                    langchain4j().size(), llfOnce()));
        }
        System.out.printf("%s: %d messages%n", what, found);
    }

    /** Returns texts of made-up words, the same in every run. */
    private static String[] texts() {
        Random random = new Random(1);
        String[] words = IntStream.range(0, 5000).mapToObj(i -> word(random)).toArray(String[]::new);
        String[] texts = new String[2 * TURNS];
        for (int i = 0; i < texts.length; i++) {
            StringBuilder text = new StringBuilder("Message ").append(i);
            boolean common = random.nextInt(4) == 0;
            while (text.length() < MESSAGE_CHARS) {
                text.append(' ').append(words[random.nextInt(words.length)]);
                if (common && text.length() > MESSAGE_CHARS / 2) {
                    text.append(" Warehouse");
                    common = false;
                }
            }
            if (i % 10_000 == 5000) {
                text.append(" quicksilver");
            }
            if (i % 1000 == 500) {
                text.append(", signed at the Northern gate");
            }
            texts[i] = text.append('.').toString();
        }
        return texts;
    }

    private static String word(Random random) {
        return random.ints(3 + random.nextInt(8), 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    @Benchmark
    public int llf() {
        return index.search(query).totalMessages();
    }

    @Benchmark
    public int llfOnce() {
        return ConversationSearch.search(transcript, query).totalMessages();
    }

    @Benchmark
    public ConversationIndex llfIndexing() {
        return ConversationIndex.of(transcript);
    }

    @Benchmark
    public List<ChatMessage> langchain4j() {
        List<ChatMessage> found = new ArrayList<>();
        for (ChatMessage message : memory.messages()) {
            String said = message instanceof AiMessage answer ? answer.text() : ((UserMessage) message).singleText();
            if (said.toLowerCase(Locale.ROOT).contains(text)) {
                found.add(message);
            }
        }
        return found;
    }
}
