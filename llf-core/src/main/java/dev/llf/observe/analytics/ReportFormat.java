package dev.llf.observe.analytics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import dev.llf.conversation.files.CsvField;
import dev.llf.observe.analytics.ReportTables.Table;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How a report is shown. All forms hold the same figures, rounded to six decimals; cost is exact. */
public enum ReportFormat {

    /** An object with a part for each table, indented by two. */
    JSON {
        @Override
        String render(List<Table> tables) {
            StringWriter text = new StringWriter();
            try (JsonGenerator json = FACTORY.createGenerator(text)) {
                json.setPrettyPrinter(printer());
                json.writeStartObject();
                for (Table table : tables) {
                    json.writeFieldName(table.name());
                    write(json, table);
                }
                json.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException(e); // text in memory can be written
            }
            return text.append('\n').toString();
        }
    },

    /** Tables for people. */
    MARKDOWN {
        @Override
        String render(List<Table> tables) {
            StringBuilder text = new StringBuilder("# Analytics\n");
            for (Table table : tables) {
                text.append("\n## ").append(title(table.name())).append("\n\n");
                if (table.rows().isEmpty()) {
                    text.append("None.\n");
                } else {
                    line(text, table.columns().stream().map(ReportFormat::title).toList());
                    line(text, table.columns().stream().map(column -> "---").toList());
                    table.rows().forEach(row -> line(text, row.stream().map(ReportFormat::cell).toList()));
                }
            }
            return text.toString();
        }
    },

    /**
     * One figure a line, as RFC 4180 has it: section, row, metric, value. Texts that a spreadsheet would take for a formula
     * begin with an apostrophe.
     */
    CSV {
        @Override
        String render(List<Table> tables) {
            StringBuilder text = new StringBuilder("section,row,metric,value\r\n");
            for (Table table : tables) {
                for (List<Object> row : table.rows()) {
                    for (int i = table.isList() ? 1 : 0; i < row.size(); i++) {
                        text.append(table.name()).append(',').append(table.isList() ? field(row.getFirst()) : "")
                                .append(',').append(table.columns().get(i)).append(',').append(field(row.get(i)))
                                .append("\r\n");
                    }
                }
            }
            return text.toString();
        }
    };

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final Pattern WORD = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");
    private static final Pattern GAP = Pattern.compile("[\\p{Cntrl}\\u0085\\u2028\\u2029]++");
    private static final Pattern PUNCTUATION = Pattern.compile("[\\\\`*_\\[\\]<>#|~&!$]");

    abstract String render(List<Table> tables);

    private static DefaultPrettyPrinter printer() {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter(Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER));
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        return printer;
    }

    private static void write(JsonGenerator json, Table table) throws IOException {
        if (!table.isList()) {
            write(json, table.columns(), table.rows().getFirst());
            return;
        }
        json.writeStartArray();
        for (List<Object> row : table.rows()) {
            write(json, table.columns(), row);
        }
        json.writeEndArray();
    }

    private static void write(JsonGenerator json, List<String> columns, List<Object> row) throws IOException {
        json.writeStartObject();
        for (int i = 0; i < columns.size(); i++) {
            json.writeFieldName(columns.get(i));
            switch (row.get(i)) {
                case BigDecimal number -> json.writeNumber(number.toPlainString());
                case Number number -> json.writeNumber(number.longValue());
                case Boolean truth -> json.writeBoolean(truth);
                default -> json.writeString(row.get(i).toString());
            }
        }
        json.writeEndObject();
    }

    private static String title(String name) {
        String words = WORD.matcher(name).replaceAll(" ").toLowerCase(Locale.ROOT);
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private static void line(StringBuilder text, List<String> cells) {
        text.append(cells.stream().collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    /** On one line and without meaning to Markdown. */
    private static String cell(Object value) {
        return PUNCTUATION.matcher(GAP.matcher(plain(value)).replaceAll(" ")).replaceAll("\\\\$0");
    }

    private static String field(Object value) {
        return value instanceof String text ? CsvField.text(text) : plain(value);
    }

    private static String plain(Object value) {
        return value instanceof BigDecimal number ? number.toPlainString() : value.toString();
    }
}
