package dev.llf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.ChatStream;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ResponseFormat;
import dev.llf.chat.Sampling;
import dev.llf.error.CancelledException;
import dev.llf.schema.Choice;
import dev.llf.schema.JsonSchema;
import dev.llf.schema.JsonType;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/** Asks the model for values instead of text; a grammar lets it write nothing else. */
final class Extractor {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final TurnSettings settings;

    Extractor(TurnSettings settings) {
        this.settings = settings;
    }

    <T> ExtractionStream<T> stream(JsonType<T> type, String text) {
        return new ExtractionStream<>(type, ask(prompt(type.schema(), text),
                new ResponseFormat.JsonSchema(type.schema().json())));
    }

    String choose(Choice choice, String text) {
        String prompt = "Choose one of %s: %s".formatted(String.join(", ", choice.options()), text);
        try (ChatStream stream = ask(prompt, new ResponseFormat.Grammar(choice.grammar().text()))) {
            return choice.read(answer(stream.response()));
        }
    }

    static <T> T read(JsonType<T> type, ChatResponse response) {
        return type.read(answer(response));
    }

    private static String answer(ChatResponse response) {
        if (response.finishReason() == FinishReason.CANCELLED || response.finishReason() == FinishReason.DEADLINE) {
            throw new CancelledException(
                    "The model was stopped (%s) before its answer was complete; ask again, or allow "
                            .formatted(response.finishReason()) + "more time.");
        }
        return response.message().text();
    }

    /** Without other wishes of the host the likeliest value is the best. */
    private ChatStream ask(String prompt, ResponseFormat format) {
        ChatRequest.Builder request = ChatRequest.builder().messages(List.of(Message.user(prompt))).format(format)
                .sampling(settings.sampling().orElse(Sampling.greedy()));
        settings.timeout().ifPresent(request::timeout);
        return settings.model().stream(request.build());
    }

    /** Names the fields if that says all; else shows the schema. */
    private static String prompt(JsonSchema schema, String text) {
        JsonNode root = tree(schema);
        JsonNode fields = root.path("properties");
        boolean flat = fields.isObject() && !fields.isEmpty()
                && fields.properties().stream().map(Map.Entry::getValue).allMatch(Extractor::isPlain);
        return flat
                ? "Extract %s as JSON: %s".formatted(
                        String.join(", ", fields.properties().stream().map(Map.Entry::getKey).toList()), text)
                : "Fill this schema: %s\nText: %s".formatted(schema.json(), text);
    }

    private static boolean isPlain(JsonNode field) {
        boolean scalar = List.of("string", "integer", "number", "boolean").contains(field.path("type").asText());
        return scalar && !field.has("description") && !field.has("enum");
    }

    private static JsonNode tree(JsonSchema schema) {
        try {
            return JSON.readTree(schema.json());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e); // a schema writes JSON
        }
    }
}
