package dev.llf.conversation.export;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Transcript;
import dev.llf.chat.Turn;
import dev.llf.chat.UserMessage;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What may leave of a conversation: without the turns outside the date range, the system text, the tool calls and the
 * metadata that were not asked for, and without secrets. All formatters see this and nothing else.
 *
 * <p>Turns and messages are prepared one at a time, each time they are asked for. Safe for use by many threads.
 */
public final class ExportView {

    /** The title of conversations that have none. */
    static final String DEFAULT_TITLE = "Conversation Export";

    private final Transcript transcript;
    private final ExportOptions options;
    private final Instant exportedAt;

    ExportView(Transcript transcript, ExportOptions options) {
        this.transcript = transcript;
        this.options = options;
        this.exportedAt = options.clock().instant();
    }

    /**
     * One message with its place.
     *
     * @param number    its number, from 1 without gaps
     * @param message   the message
     * @param timestamp when the user said it; empty for the other roles, whose times are not kept, and if times are left
     *                  out
     */
    public record Item(int number, Message message, Optional<Instant> timestamp) {}

    /**
     * Returns what identifies the conversation.
     *
     * @return its id
     */
    public String id() {
        return transcript.id();
    }

    /**
     * Returns the title that the export was given, else the conversation's.
     *
     * @return the title, on one line; never blank
     */
    public String title() {
        String title = options.title().or(transcript::title).map(text -> redacted(Plain.line(text))).orElse("").strip();
        return title.isEmpty() ? DEFAULT_TITLE : title;
    }

    /**
     * Returns the instructions in front of the conversation.
     *
     * @return the system text; empty if there is none or it was not asked for
     */
    public Optional<String> system() {
        return transcript.system().filter(text -> options.includeSystem()).map(this::redacted);
    }

    /**
     * Returns what the host noted about the conversation.
     *
     * @return the entries in their order, the title among them; empty if they were not asked for; unmodifiable
     */
    public Map<String, String> metadata() {
        return redacted(transcript.metadata());
    }

    /**
     * Returns when the export began, by the exporter's clock.
     *
     * @return the time
     */
    public Instant exportedAt() {
        return exportedAt;
    }

    /**
     * Returns whether times of messages were asked for.
     *
     * @return true by default
     */
    public boolean timestamps() {
        return options.includeTimestamps();
    }

    /**
     * Returns whether metadata were asked for.
     *
     * @return true by default
     */
    public boolean includesMetadata() {
        return options.includeMetadata();
    }

    /**
     * Returns whether structured text is to be indented for people.
     *
     * @return true by default
     */
    public boolean pretty() {
        return options.pretty();
    }

    /**
     * Returns the offset in which times are written.
     *
     * @return UTC by default
     */
    public ZoneOffset zone() {
        return options.zone();
    }

    /**
     * Writes a time as all formats do.
     *
     * @param time the time
     * @return ISO 8601 with the offset, such as {@code 2026-11-20T18:45:00+01:00}
     */
    public String time(Instant time) {
        try {
            return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time.atOffset(options.zone()));
        } catch (DateTimeException outOfRange) {
            return time.toString(); // within a day of the first or last instant there is
        }
    }

    /**
     * Returns the turns that may leave, each following the one before it.
     *
     * @return a new stream that prepares a turn when it comes to it
     */
    public Stream<Turn> turns() {
        Links links = new Links();
        return transcript.turns().stream().filter(turn -> options.covers(turn.startedAt()))
                .map(turn -> prepared(turn, links.next(turn.id())));
    }

    /** Remembers the turn before, for parents that were filtered out. */
    private static final class Links {

        private @Nullable String last;

        Optional<String> next(String id) {
            Optional<String> parent = Optional.ofNullable(last);
            last = id;
            return parent;
        }
    }

    /**
     * Returns all messages that may leave, the system text first.
     *
     * @return goes through the conversation one turn at a time, as often as wanted
     */
    public Iterable<Item> messages() {
        return this::items;
    }

    private Iterator<Item> items() {
        Stream<Item> first = system().map(text -> new Item(1, Message.system(text), Optional.empty())).stream();
        int[] number = {system().isPresent() ? 1 : 0};
        Stream<Item> others = turns().flatMap(turn -> turn.messages().stream()
                .map(message -> new Item(++number[0], message, time(turn, message))));
        return Stream.concat(first, others).iterator();
    }

    private Optional<Instant> time(Turn turn, Message message) {
        return Optional.of(turn.startedAt()).filter(t -> options.includeTimestamps() && message instanceof UserMessage);
    }

    /**
     * Counts the messages that may leave.
     *
     * @return how many {@link #messages()} gives
     */
    public int messageCount() {
        int count = transcript.system().isPresent() && options.includeSystem() ? 1 : 0;
        for (Turn turn : transcript.turns()) {
            if (options.covers(turn.startedAt())) {
                count += chosen(turn.messages()).size();
            }
        }
        return count;
    }

    /**
     * Tells the host that the file will not be all that was asked for, such as a character that no font has.
     *
     * @param warning what is missing; must not hold text of the conversation
     */
    public void warn(String warning) {
        Consumer<String> receiver = options.warnings();
        receiver.accept(warning);
    }

    private Turn prepared(Turn turn, Optional<String> parent) {
        List<Message> messages = chosen(turn.messages()).stream().map(this::redacted).toList();
        return new Turn(turn.id(), parent, turn.startedAt(), messages, turn.finishReason(), turn.usage(), turn.model(),
                redacted(turn.metadata()));
    }

    /** Without tool calls, an answer that was nothing but calls is left out too, unless the turn needs it as its end. */
    private List<Message> chosen(List<Message> messages) {
        if (options.includeToolCalls()) {
            return messages;
        }
        List<Message> chosen = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            boolean last = i == messages.size() - 1;
            switch (messages.get(i)) {
                case ToolMessage tool -> {
                }
                case AssistantMessage answer when answer.toolCalls().isEmpty() -> chosen.add(answer);
                case AssistantMessage answer when last || !answer.text().isEmpty() ->
                    chosen.add(Message.assistant(answer.text()));
                case AssistantMessage answer -> {
                }
                case Message other -> chosen.add(other);
            }
        }
        return chosen;
    }

    private Message redacted(Message message) {
        return switch (message) {
            case AssistantMessage answer -> new AssistantMessage(redacted(answer.text()),
                    answer.toolCalls().stream()
                            .map(call -> new ToolCall(call.id(), call.name(), redacted(call.arguments()))).toList());
            case ToolMessage tool -> new ToolMessage(tool.callId(), tool.name(), redacted(tool.text()), tool.error());
            case UserMessage user -> Message.user(redacted(user.text()));
            default -> Message.system(redacted(message.text()));
        };
    }

    private String redacted(String text) {
        return Objects.requireNonNull(options.redactor().redact(text), "the redactor returned null");
    }

    private Map<String, String> redacted(Map<String, String> metadata) {
        if (!options.includeMetadata()) {
            return Map.of();
        }
        Map<String, String> result = new LinkedHashMap<>();
        metadata.forEach((key, value) -> result.put(Plain.wellFormed(key), Plain.wellFormed(Objects.requireNonNull(
                options.redactor().redact(key, value), "the redactor returned null"))));
        return Collections.unmodifiableMap(result);
    }
}
