package dev.llf.conversation.json;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.spi.ConversationEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Entries of all kinds with all kinds of text, the same for the same seed. */
public final class RandomEntries {

    private static final List<String> PIECES = List.of("", " ", "a", "Zürich", "日本", "\uD83D\uDE00",
            "\uD83D\uDC69\u200D\uD83D\uDC69\u200D\uD83D\uDC67", "\n", "\r\n", "\t", "\u0000", "\u0001", "\u001f",
            "\u007f", "\u0085", "\u2028", "\ufeff", "\uffff", "\udbff\udfff", "\"", "\\", "\\u0041", "{\"a\":1}",
            "</s>");
    private static final List<Instant> EDGES = List.of(Instant.EPOCH, Instant.MIN, Instant.MAX,
            Instant.parse("1969-12-31T23:59:59.999999999Z"), Instant.parse("2026-02-28T12:00:00.1Z"));

    private final Random random;

    public RandomEntries(long seed) {
        random = new Random(seed);
    }

    public ConversationEntry entry() {
        return switch (random.nextInt(7)) {
            case 0 -> new ConversationEntry.TurnAdded(time(), id(), turn());
            case 1 -> new ConversationEntry.BranchMoved(time(), id(), maybe(id()));
            case 2 -> new ConversationEntry.BranchDeleted(time(), id());
            case 3 -> new ConversationEntry.BranchRestored(time(), id());
            case 4 -> new ConversationEntry.TurnPinned(time(), id(), random.nextBoolean());
            case 5 -> new ConversationEntry.SummaryAdded(time(), id(), text());
            default -> new ConversationEntry.MetadataSet(time(), name(), maybe(text()));
        };
    }

    public List<ConversationEntry> entries(int count) {
        List<ConversationEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entries.add(entry());
        }
        return entries;
    }

    public Turn turn() {
        List<Message> messages = new ArrayList<>(List.of(Message.user(text())));
        for (int round = random.nextInt(3); round > 0; round--) {
            List<ToolCall> calls = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                calls.add(new ToolCall(name() + round + "-" + i, name(), text()));
            }
            messages.add(new AssistantMessage(text(), calls));
            calls.forEach(call -> messages.add(
                    new ToolMessage(call.id(), call.name(), text(), random.nextBoolean())));
        }
        messages.add(Message.assistant(text()));
        Map<String, String> metadata = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            metadata.put(name(), text());
        }
        int cached = random.nextInt(1000);
        Usage usage = random.nextInt(5) == 0 ? new Usage(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE)
                : new Usage(cached + random.nextInt(1000), cached, random.nextInt(1000));
        FinishReason reason = FinishReason.values()[random.nextInt(FinishReason.values().length)];
        return new Turn(id(), maybe(id()), time(), messages, reason, usage, name(), metadata);
    }

    public Message message() {
        return switch (random.nextInt(4)) {
            case 0 -> Message.system(text());
            case 1 -> Message.user(text());
            case 2 -> new AssistantMessage(text(), List.of(new ToolCall(name(), name(), text())));
            default -> new ToolMessage(name(), name(), text(), random.nextBoolean());
        };
    }

    private Instant time() {
        return random.nextInt(4) == 0 ? EDGES.get(random.nextInt(EDGES.size()))
                : Instant.ofEpochSecond(random.nextLong(4_000_000_000L), random.nextInt(1_000_000_000));
    }

    private <T> Optional<T> maybe(T value) {
        return random.nextInt(3) == 0 ? Optional.empty() : Optional.of(value);
    }

    private String id() {
        return "t_-" + Integer.toHexString(random.nextInt());
    }

    private String name() {
        return text() + "n";
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }
}
