package dev.llf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads server-sent events as a browser does: lines end with LF, CR or CRLF, a blank line ends an event. */
final class SseParser {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Comments and times to wait are kept as they come. */
    final List<String> comments = new ArrayList<>();
    final List<String> retries = new ArrayList<>();
    private final BufferedReader lines;

    record Event(String id, String name, String data) {
        JsonNode json() {
            try {
                return JSON.readTree(data);
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }

        String text(String field) {
            return json().path(field).asText();
        }
    }

    /** Reads as it comes; {@link BufferedReader} has just the line ends of the protocol. */
    SseParser(InputStream in) {
        lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
    }

    SseParser(byte[] bytes) {
        this(new ByteArrayInputStream(bytes));
    }

    /** Decodes strictly: half a character fails. */
    static String strictly(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Event> events(byte[] bytes) {
        return new SseParser(bytes).rest();
    }

    List<Event> rest() {
        List<Event> events = new ArrayList<>();
        for (Optional<Event> event = next(); event.isPresent(); event = next()) {
            events.add(event.get());
        }
        return events;
    }

    /** All text of the answer. */
    static String text(List<Event> events) {
        return events.stream().filter(event -> event.name().equals("token")).map(event -> event.text("text"))
                .collect(Collectors.joining());
    }

    /** Returns the next whole event; empty at the end. */
    Optional<Event> next() {
        try {
            String id = "";
            String name = "message";
            List<String> data = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String value = line.substring(line.indexOf(':') + 1).replaceFirst("^ ", "");
                switch (line.isEmpty() ? "end" : line.substring(0, Math.max(0, line.indexOf(':')))) {
                    case "end" -> {
                        if (!data.isEmpty()) {
                            return Optional.of(new Event(id, name, String.join("\n", data)));
                        }
                    }
                    case "" -> comments.add(value);
                    case "id" -> id = value;
                    case "event" -> name = value;
                    case "data" -> data.add(value);
                    case "retry" -> retries.add(value);
                    default -> throw new IllegalStateException("no field of the protocol: " + line);
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
