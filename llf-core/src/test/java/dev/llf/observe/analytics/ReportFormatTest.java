package dev.llf.observe.analytics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.llf.error.StorageException;
import dev.llf.testing.ManualClock;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.llf.observe.analytics.Events.NOON;
import static dev.llf.observe.analytics.Events.NOVEMBER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ReportFormatTest {

    @TempDir Path directory;

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(ReportFormatTest.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    private AnalyticsReport fixed() throws IOException {
        Files.write(directory.resolve("events-2026-11.jsonl"), resource("events-2026-11.jsonl"));
        PriceTable prices = PriceTable.builder().currency("EUR").local("tiny")
                .price("cloud", Instant.parse("2026-11-01T00:00:00Z"), new BigDecimal("0.03"), new BigDecimal("0.06"))
                .build();
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        try (AnalyticsStore store = AnalyticsStore.builder().directory(directory).prices(prices)
                .clock(new ManualClock(NOON)).open()) {
            return store.report(Period.days(LocalDate.of(2026, 11, 1), LocalDate.of(2026, 11, 30), berlin));
        }
    }

    /** What was written once and looked through by hand. */
    @ParameterizedTest
    @CsvSource({"JSON, report.json", "MARKDOWN, report.md", "CSV, report.csv"})
    void showsAFixedFileAsItAlwaysHas(ReportFormat format, String golden) throws IOException {
        Path file = directory.resolve("report");
        fixed().write(file, format);
        assertThat(Files.readString(file).replace("\r\n", "\n")) // the other test looks at line ends
                .isEqualTo(new String(resource(golden), StandardCharsets.UTF_8));
    }

    private static AnalyticsReport hostile() {
        ReportBuilder builder = new ReportBuilder(NOVEMBER, new ReportSettings(PriceTable.builder().build(),
                InsightRule.defaults(), new ManualClock(NOON)));
        for (String name : List.of("=cmd|' /C calc'!A0", "+1", "-1", "@sum", " =1", "\t=1", "\n=1", "a,b", "say \"x\"",
                "l1\r\nl2",
                "| x | y |", "<script>alert(1)</script>", "[x](javascript:y)", "`tick`", "# no\u2028heading", "\uFF1D1",
                "")) {
            builder.event(Events.turn(NOON, name, 9000));
            builder.event(Events.call(NOON, name, true));
        }
        return builder.build();
    }

    @Test
    void csvCannotBeBrokenOutOfAndHoldsNoFormula() {
        String csv = hostile().render(ReportFormat.CSV);
        assertThat(csv).contains("\r\nmodels,'=cmd|' /C calc'!A0,turns,1\r\n", "\r\nmodels,'+1,turns,1\r\n",
                "\r\nmodels,\"a,b\",turns,1\r\n", "\r\nmodels,\"say \"\"x\"\"\",turns,1\r\n",
                "\r\nmodels,\"l1\r\nl2\",turns,1\r\n", "\r\nmodels,\"'\n=1\",turns,1\r\n",
                "\r\nmodels,' =1,turns,1\r\n",
                "\r\nmodels,'\uFF1D1,turns,1\r\n");
        List<List<String>> records = Csv.read(csv);
        assertThat(records).allMatch(each -> each.size() == 4);
        assertThat(records).allMatch(each -> each.stream().noneMatch(field -> field.matches("(?s)\\s*[=+@-].*")));
    }

    @Test
    void markdownStaysATable() {
        String[] lines = hostile().render(ReportFormat.MARKDOWN).split("\n", -1);
        for (String line : lines) {
            assertThat(line).matches("(# |## |\\| |None\\.|$).*");
            assertThat(line).doesNotContain("\u2028", "\r");
        }
        assertThat(lines).filteredOn(line -> line.startsWith("| \\| x \\| y \\| | 1 | 1 |")).isNotEmpty();
    }

    @Test
    void jsonHoldsNamesAsTheyAre() throws IOException {
        JsonNode json = new ObjectMapper().readTree(hostile().render(ReportFormat.JSON));
        assertThat(json.at("/report/schemaVersion").asInt()).isEqualTo(AnalyticsReport.SCHEMA_VERSION);
        assertThat(json.at("/models")).extracting(model -> model.get("model").asText()).contains("l1\r\nl2",
                "=cmd|' /C calc'!A0");
    }

    @Test
    void writesWholeOrNotAtAllInThePlaceOfWhatWasThere() throws IOException {
        Path file = Files.writeString(directory.resolve("report.md"), "old");
        hostile().write(file, ReportFormat.MARKDOWN);
        assertThat(file).content(StandardCharsets.UTF_8).startsWith("# Analytics");
        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> hostile().write(directory.resolve("none/report.md"), ReportFormat.MARKDOWN))
                .withMessageContaining("report.md").withMessageContaining("directory exists");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }
}
