package dev.llf.observe;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.llf.conversation.files.CsvField;
import dev.llf.conversation.files.WholeFile;
import dev.llf.error.StorageException;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The figures of turns as files. Both formats have the same columns. */
final class MetricsFile {

    private static final int SCHEMA_VERSION = 1;
    private static final int NANO_DIGITS = 9;
    private static final JsonMapper JSON = JsonMapper.builder().enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET).build();

    private static final List<Column> COLUMNS = List.of(
            new Column("startedAt", turn -> new TextNode(turn.startedAt().toString())),
            new Column("turn", turn -> new TextNode(turn.turn())),
            new Column("model", turn -> new TextNode(turn.model())),
            new Column("outcome", turn -> new TextNode(turn.outcome().label())),
            new Column("promptTokens", turn -> new IntNode(turn.usage().promptTokens())),
            new Column("cachedTokens", turn -> new IntNode(turn.usage().cachedTokens())),
            new Column("completionTokens", turn -> new IntNode(turn.usage().completionTokens())),
            new Column("queueSeconds", turn -> seconds(turn.queueWait())),
            new Column("firstTokenSeconds",
                    turn -> turn.firstToken().map(MetricsFile::seconds).orElse(NullNode.getInstance())),
            new Column("totalSeconds", turn -> seconds(turn.total())),
            new Column("evaluatedTokens", turn -> new LongNode(turn.evaluatedTokens())),
            new Column("prefillSeconds", turn -> seconds(turn.prefillTime())),
            new Column("prefillTokensPerSecond", turn -> rate(turn.prefillRate())),
            new Column("decodedTokens", turn -> new LongNode(turn.decodedTokens())),
            new Column("decodeSeconds", turn -> seconds(turn.decodeTime())),
            new Column("decodeTokensPerSecond", turn -> rate(turn.decodeRate())),
            new Column("rounds", turn -> new IntNode(turn.rounds())),
            new Column("toolCalls", turn -> new IntNode(turn.toolCalls())));

    private record Column(String name, Function<TurnMetrics, JsonNode> value) {}

    private MetricsFile() {}

    static void writeJson(Path file, List<TurnMetrics> turns) {
        write(file, out -> JSON.writerWithDefaultPrettyPrinter().writeValue(out, json(turns)));
    }

    static void writeCsv(Path file, List<TurnMetrics> turns) {
        write(file, out -> {
            out.write(line(COLUMNS.stream().map(Column::name).toList()));
            for (TurnMetrics turn : turns) {
                out.write(line(COLUMNS.stream().map(column -> cell(column.value.apply(turn))).toList()));
            }
        });
    }

    private static void write(Path file, WholeFile.Content content) {
        try {
            WholeFile.replace(file, content);
        } catch (IOException e) {
            throw new StorageException(
                    "%s: the metrics cannot be written there (%s). Name a file in a directory that is there and writable."
                            .formatted(file, e.getClass().getSimpleName()),
                    e);
        }
    }

    private static ObjectNode json(List<TurnMetrics> turns) {
        ObjectNode root = JSON.createObjectNode().put("schemaVersion", SCHEMA_VERSION);
        ArrayNode array = root.putArray("turns");
        for (TurnMetrics turn : turns) {
            ObjectNode object = array.addObject();
            COLUMNS.forEach(column -> object.set(column.name, column.value.apply(turn)));
        }
        return root;
    }

    /** Exact: a decimal for every nanosecond. */
    private static JsonNode seconds(Duration time) {
        BigDecimal exact = BigDecimal.valueOf(time.toNanos(), NANO_DIGITS).stripTrailingZeros();
        return DecimalNode.valueOf(exact);
    }

    private static JsonNode rate(OptionalDouble rate) {
        return rate.isPresent() ? DoubleNode.valueOf(rate.getAsDouble()) : NullNode.getInstance();
    }

    private static String cell(JsonNode value) {
        return switch (value) {
            case NullNode none -> "";
            case DecimalNode decimal -> decimal.decimalValue().toPlainString();
            case TextNode text -> CsvField.text(text.textValue());
            default -> value.asText();
        };
    }

    private static byte[] line(List<String> cells) {
        return (cells.stream().collect(Collectors.joining(",")) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
