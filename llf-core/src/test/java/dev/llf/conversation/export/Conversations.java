package dev.llf.conversation.export;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Transcript;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Conversations to export. */
final class Conversations {

    static final Instant START = Instant.parse("2026-01-31T10:00:00Z");
    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-20T18:45:06Z"), ZoneOffset.UTC);
    static final List<String> PIECES = List.of("", "Hello", "ünïcödé", "日本語のテスト", "\uD83D\uDE00", "line\nbreak", "\r\n",
            "\t",
            "\"quoted\"", "\\", "<b>&amp;", "```\ncode\n```", "# x", "\u0000\u001b", "עברית", "{\"a\":[1]}", "\u2028");

    private Conversations() {}

    static Transcript of(String question, String answer) {
        return new Transcript("c1", Optional.empty(), Map.of(), List.of(turn(1, START, Message.user(question),
                Message.assistant(answer))));
    }

    static Transcript empty() {
        return new Transcript("c1", Optional.empty(), Map.of(), List.of());
    }

    static Turn turn(int number, Instant time, Message... messages) {
        Optional<String> parent = number == 1 ? Optional.empty() : Optional.of("t" + (number - 1));
        return new Turn("t" + number, parent, time, List.of(messages), FinishReason.STOP, new Usage(10, 4, 3), "tiny");
    }

    static Transcript withTool() {
        return new Transcript("c1", Optional.of("Be secret."), new LinkedHashMap<>(Map.of("title", "Weather")), List.of(
                turn(1, START, Message.user("Rain?"),
                        new AssistantMessage("", List.of(new ToolCall("k1", "weather", "{\"town\":\"Bern\"}"))),
                        new ToolMessage("k1", "weather", "sunny", false), Message.assistant("No rain.")),
                turn(2, START.plusSeconds(3600), Message.user("Thanks"), Message.assistant("Welcome"))));
    }

    static Transcript large(int messages) {
        List<Turn> turns = new ArrayList<>();
        for (int i = 1; i <= messages / 2; i++) {
            turns.add(turn(i, START.plusSeconds(i), Message.user("question " + i), Message.assistant("answer " + i)));
        }
        return new Transcript("large", Optional.empty(), Map.of(), turns);
    }

    static Transcript random(Random random) {
        List<Turn> turns = new ArrayList<>();
        Optional<String> parent = Optional.empty();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            String id = "turn_" + random.nextInt(1000) + "-" + i;
            int prompt = random.nextInt(100);
            turns.add(new Turn(id, parent,
                    random.nextInt(9) == 0 ? Instant.MAX
                            : Instant.ofEpochSecond(random.nextLong(-99_999_999_999L, 99_999_999_999L),
                                    random.nextInt(999_999_999)),
                    messages(random), FinishReason.values()[random.nextInt(5)],
                    new Usage(prompt, prompt / 2, random.nextInt(100)), "model " + text(random), metadata(random)));
            parent = Optional.of(id);
        }
        Optional<String> system = random.nextBoolean() ? Optional.of(text(random)) : Optional.empty();
        return new Transcript("id " + text(random), system, metadata(random), turns);
    }

    private static List<Message> messages(Random random) {
        List<Message> messages = new ArrayList<>(List.of(Message.user(text(random))));
        int rounds = random.nextInt(3);
        for (int i = 0; i < rounds; i++) {
            List<ToolCall> calls = new ArrayList<>();
            for (int k = 0; k <= random.nextInt(3); k++) {
                calls.add(new ToolCall("call " + i + k, "tool" + text(random), text(random)));
            }
            messages.add(new AssistantMessage(text(random), calls));
            for (ToolCall call : calls) {
                messages.add(new ToolMessage(call.id(), "name" + text(random), text(random), random.nextBoolean()));
            }
        }
        messages.add(Message.assistant(text(random)));
        return messages;
    }

    private static Map<String, String> metadata(Random random) {
        Map<String, String> metadata = new LinkedHashMap<>();
        List<String> keys = List.of("title", "message_count", "format_version", "_message_count", "exported_at",
                "ключ");
        for (int i = 0; i < random.nextInt(5); i++) {
            metadata.put(keys.get(random.nextInt(keys.size())), text(random));
        }
        return metadata;
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < random.nextInt(4); i++) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }
}
