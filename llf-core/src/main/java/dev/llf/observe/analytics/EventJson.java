package dev.llf.observe.analytics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamWriteFeature;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Usage;
import dev.llf.observe.analytics.AnalyticsEvent.Origin;
import dev.llf.observe.analytics.AnalyticsEvent.ToolCalled;
import dev.llf.observe.analytics.AnalyticsEvent.TurnEnded;
import dev.llf.observe.analytics.AnalyticsEvent.TurnFailed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The lines of the files: one JSON object for each event, times to the microsecond. Not safe for use by many threads. */
final class EventJson {

    /** The version that is written; lines of later ones are not understood. */
    static final int VERSION = 1;

    private static final JsonFactory FACTORY = JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .build();
    private static final Map<String, FinishReason> REASONS = Stream.of(FinishReason.values())
            .collect(Collectors.toMap(EventJson::word, Function.identity()));

    private final IsoInstants instants = new IsoInstants();

    /** A line that is no event. */
    static final class BadLineException extends Exception {

        private static final long serialVersionUID = 1L;

        BadLineException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    static String word(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    /** Returns the event as a line with its end. */
    static byte[] line(AnalyticsEvent event) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(512);
        try (JsonGenerator json = FACTORY.createGenerator(line)) {
            json.writeStartObject();
            json.writeNumberField("v", VERSION);
            json.writeStringField("type", type(event));
            json.writeStringField("at", event.origin().time().truncatedTo(ChronoUnit.MICROS).toString());
            json.writeStringField("conversation", event.origin().conversation());
            writeOptional(json, "tenant", event.origin().tenant());
            switch (event) {
                case TurnEnded turn -> writeTurn(json, turn);
                case ToolCalled call -> writeCall(json, call);
                case TurnFailed failed -> writeFailure(json, failed);
            }
            json.writeEndObject();
        }
        line.write('\n');
        return line.toByteArray();
    }

    private static String type(AnalyticsEvent event) {
        return switch (event) {
            case TurnEnded turn -> "turn";
            case ToolCalled call -> "tool";
            case TurnFailed failed -> "error";
        };
    }

    private static void writeTurn(JsonGenerator json, TurnEnded turn) throws IOException {
        writeOptional(json, "model", turn.model());
        writeUsage(json, turn.usage());
        if (turn.firstToken().isPresent()) {
            json.writeNumberField("firstTokenMicros", micros(turn.firstToken().get()));
        }
        json.writeNumberField("tokensPerSecond", turn.tokensPerSecond());
        json.writeNumberField("queuedMicros", micros(turn.queued()));
        json.writeNumberField("totalMicros", micros(turn.total()));
        json.writeStringField("finishReason", word(turn.finishReason()));
        json.writeNumberField("rounds", turn.rounds());
        json.writeNumberField("toolCalls", turn.toolCalls());
    }

    private static void writeCall(JsonGenerator json, ToolCalled call) throws IOException {
        json.writeStringField("tool", call.tool());
        json.writeBooleanField("error", call.error());
        json.writeNumberField("totalMicros", micros(call.took()));
    }

    private static void writeFailure(JsonGenerator json, TurnFailed failed) throws IOException {
        writeOptional(json, "model", failed.model());
        writeUsage(json, failed.usage());
        json.writeNumberField("totalMicros", micros(failed.total()));
        json.writeStringField("errorType", failed.type());
        json.writeStringField("message", failed.message());
    }

    private static void writeUsage(JsonGenerator json, Usage usage) throws IOException {
        json.writeNumberField("promptTokens", usage.promptTokens());
        json.writeNumberField("cachedTokens", usage.cachedTokens());
        json.writeNumberField("completionTokens", usage.completionTokens());
    }

    private static void writeOptional(JsonGenerator json, String name, Optional<String> value) throws IOException {
        if (value.isPresent()) {
            json.writeStringField(name, value.get());
        }
    }

    private static long micros(Duration time) {
        return TimeUnit.NANOSECONDS.toMicros(time.toNanos());
    }

    /**
     * Reads a line.
     *
     * @throws BadLineException if it is anything but an event of this version; the message does not quote it
     */
    AnalyticsEvent read(byte[] bytes, int offset, int length) throws BadLineException {
        try (JsonParser json = FACTORY.createParser(bytes, offset, length)) {
            Line line = new Line();
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("no object");
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                line.take(name, json);
            }
            if (json.nextToken() != null) {
                throw new IllegalArgumentException("something stands behind the object");
            }
            return line.event();
        } catch (JsonProcessingException e) {
            throw new BadLineException("no JSON", e);
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new BadLineException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The fields of a line. Names of later versions are passed over. */
    private final class Line {

        private int version;
        private String type = "";
        private @Nullable Instant at;
        private String conversation = "";
        private Optional<String> tenant = Optional.empty();
        private Optional<String> model = Optional.empty();
        private int prompt;
        private int cached;
        private int completion;
        private Optional<Duration> firstToken = Optional.empty();
        private double speed;
        private Duration queued = Duration.ZERO;
        private Duration total = Duration.ZERO;
        private @Nullable FinishReason reason;
        private int rounds;
        private int toolCalls;
        private String tool = "";
        private boolean error;
        private String errorType = "";
        private String message = "";

        void take(String name, JsonParser json) throws IOException {
            switch (name) {
                case "v" -> version = json.getIntValue();
                case "type" -> type = text(json);
                case "at" -> at = instants.parse(text(json));
                case "conversation" -> conversation = text(json);
                case "tenant" -> tenant = Optional.of(text(json));
                case "model" -> model = Optional.of(text(json));
                case "promptTokens" -> prompt = json.getIntValue();
                case "cachedTokens" -> cached = json.getIntValue();
                case "completionTokens" -> completion = json.getIntValue();
                case "firstTokenMicros" -> firstToken = Optional.of(duration(json));
                case "tokensPerSecond" -> speed = json.getDoubleValue();
                case "queuedMicros" -> queued = duration(json);
                case "totalMicros" -> total = duration(json);
                case "finishReason" -> reason = REASONS.get(text(json));
                case "rounds" -> rounds = json.getIntValue();
                case "toolCalls" -> toolCalls = json.getIntValue();
                case "tool" -> tool = text(json);
                case "error" -> error = json.getBooleanValue();
                case "errorType" -> errorType = text(json);
                case "message" -> message = text(json);
                default -> json.skipChildren();
            }
        }

        private static String text(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.VALUE_STRING) {
                throw new IllegalArgumentException("a text was expected");
            }
            return json.getText();
        }

        private static Duration duration(JsonParser json) throws IOException {
            return Duration.of(json.getLongValue(), ChronoUnit.MICROS);
        }

        AnalyticsEvent event() {
            if (version != VERSION || at == null) {
                throw new IllegalArgumentException("version %d or no time".formatted(version));
            }
            Origin origin = new Origin(at, conversation, tenant);
            return switch (type) {
                case "turn" -> new TurnEnded(origin, model, usage(), firstToken, speed, queued, total, reason(), rounds,
                        toolCalls);
                case "tool" -> new ToolCalled(origin, tool, error, total);
                case "error" -> new TurnFailed(origin, model, usage(), total, errorType, message);
                default -> throw new IllegalArgumentException("an unknown type");
            };
        }

        private Usage usage() {
            return new Usage(prompt, cached, completion);
        }

        private FinishReason reason() {
            if (reason == null) {
                throw new IllegalArgumentException("no finish reason");
            }
            return reason;
        }
    }
}
