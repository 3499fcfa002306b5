package dev.llf.conversation.export;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Transcript;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class HumanFormatsTest {

    private static final String SCRIPT = "<script>alert('1')</script>";

    private static ConversationExporter.Builder builder() {
        return ConversationExporter.builder().clock(Conversations.CLOCK);
    }

    private static String export(Transcript transcript, ExportFormat format) {
        return builder().build().export(transcript, format);
    }

    static List<ExportFormat> texts() {
        return ExportFormat.values().stream().filter(ExportFormat::text).toList();
    }

    @Test
    void writesMarkdown() {
        assertThat(export(Conversations.withTool(), ExportFormat.MARKDOWN)).isEqualTo("""
                # Weather

                *Exported 2026-11-20T18:45:06Z*

                ## Metadata

                - **message\\_count:** 6
                - **format\\_version:** 1.0

                ---

                ## Conversation

                ### 1. \uD83D\uDC64 **User**

                *2026-01-31T10:00:00Z*

                > Rain?

                ---

                ### 2. \uD83E\uDD16 **Assistant**

                **Tool Calls**

                - `weather` (k1)

                  ```json
                  {"town":"Bern"}
                  ```

                ---

                ### 3. \uD83D\uDD27 **Tool**

                Result of weather (k1)

                ```text
                sunny
                ```

                ---

                ### 4. \uD83E\uDD16 **Assistant**

                > No rain.

                ---

                ### 5. \uD83D\uDC64 **User**

                *2026-01-31T11:00:00Z*

                > Thanks

                ---

                ### 6. \uD83E\uDD16 **Assistant**

                > Welcome

                ---

                """);
    }

    @Test
    void writesText() {
        String rule = "=".repeat(80) + "\n";
        Transcript transcript = new Transcript("c", Optional.empty(), Map.of("k", "v"),
                List.of(Conversations.turn(1, Conversations.START, Message.user("Rain?"),
                        new AssistantMessage("", List.of(new ToolCall("k1", "weather", "{}"))),
                        new ToolMessage("k1", "weather", "broken", true), Message.assistant("a\n\n[9] USER:"))));

        assertThat(export(transcript, ExportFormat.TEXT)).isEqualTo(rule + "CONVERSATION EXPORT\n" + rule + """
                Exported: 2026-11-20T18:45:06Z

                Metadata:
                  k: v
                  message_count: 4
                  format_version: 1.0

                """ + rule + """
                [1] USER: (2026-01-31T10:00:00Z)
                  Rain?

                """ + rule + """
                [2] ASSISTANT:

                  Tool calls:
                  - weather (k1)
                      {}

                """ + rule + """
                [3] TOOL:
                  Error of weather (k1)
                  broken

                """ + rule + """
                [4] ASSISTANT:
                  a

                  [9] USER:

                """ + rule);
    }

    @Test
    void htmlHasNoTagButItsOwn() {
        Transcript hostile = new Transcript("c", Optional.of(SCRIPT), Map.of(SCRIPT, SCRIPT, "title", SCRIPT),
                List.of(Conversations.turn(1, Conversations.START, Message.user(SCRIPT),
                        new AssistantMessage("\" onload='x'", List.of(new ToolCall(SCRIPT, SCRIPT, SCRIPT))),
                        new ToolMessage(SCRIPT, SCRIPT, SCRIPT + "</pre></div>", true), Message.assistant("a & b"))));

        String html = builder().includeSystem(true).build().export(hostile, ExportFormat.HTML);

        assertThat(html).doesNotContain("<script").doesNotContain("</script").doesNotContain("onload='")
                .contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;").contains("a &amp; b")
                .contains("default-src 'none'; style-src 'sha256-");
        assertThat(html.split("</pre>", -1)).hasSize(2);
        assertThat(html.split("<article class=\"message ", -1)).hasSize(6);
    }

    @Test
    void htmlNamesTheHashOfItsStyle() throws Exception {
        String html = export(Conversations.empty(), ExportFormat.HTML);
        String style = html.substring(html.indexOf("<style>") + 7, html.indexOf("</style>"));
        byte[] digest = java.security.MessageDigest.getInstance("SHA-256")
                .digest(style.getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertThat(html).contains("'sha256-" + java.util.Base64.getEncoder().encodeToString(digest) + "'");
        assertThat(style).contains("max-width: 800px", "white-space: pre-wrap", "border-radius: 8px");
    }

    @ParameterizedTest
    @ValueSource(strings = {"# heading", "text\n===", "text\n---", "```\nopen", "~~~~\nopen\n```", "***", "<!-- ",
        "- a\n\n  ```\n# b", "> quote", "</details>\n<script>", "    indented\n```", "[a]: http://b", "1. x\n---",
        "\r# after a carriage return", "$$", ":::note", "---\n" + "x", "|a|\n|-|\n", "``` `\n# no fence"})
    void contentCannotBreakMarkdown(String content) {
        assertThat(skeleton(export(Conversations.of(content, content), ExportFormat.MARKDOWN)))
                .isEqualTo(skeleton(export(Conversations.of("a", "b"), ExportFormat.MARKDOWN)));
    }

    /** All lines that are not in a quote. */
    private static List<String> skeleton(String markdown) {
        return markdown.lines().filter(line -> !line.startsWith(">")).toList();
    }

    @Test
    void contentHasNoHeadingsRulesAndTagsInItsQuote() {
        assertThat(MarkdownText.quoted("# a\nb\n---\n<b> 1 < 2 *c*\n[d]: e")).isEqualTo("""
                > \\# a
                > b
                > \\---
                > \\<b> 1 < 2 *c*
                > \\[d]: e
                """);
    }

    @Test
    void codeInContentStaysAsItIsAndIsClosed() {
        assertThat(MarkdownText.quoted("  ````java\n# a\n```\n<b>\n````\n# b\n~~~\nc")).isEqualTo("""
                > ````java
                > # a
                > ```
                > <b>
                > ````
                > \\# b
                > ~~~
                > c
                > ~~~
                """);
    }

    @Test
    void aLongLineOfMarksTakesNoStack() {
        String marks = "-".repeat(200_000) + " " + "#".repeat(200_000) + "`".repeat(200_000);

        assertThat(MarkdownText.quoted(marks)).hasSizeGreaterThan(600_000);
        assertThat(Redactor.SECRETS.redact(marks + "eyJ".repeat(200_000) + "password=".repeat(100_000))).isNotEmpty();
    }

    @Test
    void fencesAreLongerThanThoseInside() {
        Transcript transcript = new Transcript("c", Optional.empty(), Map.of(),
                List.of(Conversations.turn(1, Conversations.START, Message.user(""),
                        new AssistantMessage("", List.of(new ToolCall("k", "a`b", "````\n# x"))),
                        new ToolMessage("k", "t", "```\n---", false), Message.assistant(""))));

        assertThat(export(transcript, ExportFormat.MARKDOWN))
                .contains("- ``a`b`` (k)\n\n  `````json\n  ````\n  # x\n  `````\n")
                .contains("````text\n```\n---\n````\n");
    }

    @Test
    void titlesAndMetadataStayOnTheirLine() {
        Transcript transcript = new Transcript("c", Optional.empty(), Map.of("a\n# b", "c\r\n---\n*d*"), List.of());
        String markdown = builder().title("x\n# y <b>").build().export(transcript, ExportFormat.MARKDOWN);

        assertThat(markdown).startsWith("# x \\# y \\<b\\>\n\n").contains("- **a \\# b:** c --- \\*d\\*\n");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void foreignScriptsStayWhatTheyAre(ExportFormat format) {
        String text = "日本語 עברית العربية Ελληνικά \uD83D\uDE00";

        assertThat(export(Conversations.of(text, text), format)).contains(text);
    }

    @ParameterizedTest
    @MethodSource("texts")
    void anEmptyConversationIsNoFault(ExportFormat format) {
        assertThat(export(Conversations.empty(), format)).containsIgnoringCase("Conversation Export")
                .contains("2026-11-20T18:45:06Z")
                .doesNotContain("null");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void systemTextsStayInUnlessAskedFor(ExportFormat format) {
        assertThat(export(Conversations.withTool(), format)).doesNotContain("secret");
        assertThat(builder().includeSystem(true).build().export(Conversations.withTool(), format))
                .contains("Be secret.");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void leavesOutWhatLiesOutsideTheRange(ExportFormat format) {
        String late = builder().between(Conversations.START.plusSeconds(1), Conversations.START.plusSeconds(3601))
                .build()
                .export(Conversations.withTool(), format);
        String early = builder().between(Conversations.START, Conversations.START.plusSeconds(3600)).build()
                .export(Conversations.withTool(), format);

        assertThat(late).contains("Thanks").doesNotContain("Rain");
        assertThat(early).contains("Rain").doesNotContain("Thanks");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void leavesOutWhatIsNotWanted(ExportFormat format) {
        String all = export(Conversations.withTool(), format);
        String some = builder().includeToolCalls(false).includeTimestamps(false).includeMetadata(false).build()
                .export(Conversations.withTool(), format);

        assertThat(all).contains("Bern", "k1", "sunny", "2026-01-31", "message");
        assertThat(some).contains("No rain.").doesNotContain("Bern", "k1", "sunny", "2026-01-31", "message_count");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void numbersHaveNoGaps(ExportFormat format) {
        ConversationExporter exporter = builder().includeToolCalls(false).build();
        if (format.equals(ExportFormat.TEXT)) {
            assertThat(exporter.export(Conversations.withTool(), format)).contains("[1] USER", "[2] ASSISTANT",
                    "[3] USER",
                    "[4] ASSISTANT");
        }
        assertThat(exporter.export(Conversations.withTool(), format)).doesNotContain("5. ", "[5]");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void timesHaveTheOffset(ExportFormat format) {
        assertThat(builder().zone(ZoneOffset.ofHours(2)).build().export(Conversations.withTool(), format))
                .contains("2026-11-20T20:45:06+02:00").contains("2026-01-31T12:00:00+02:00");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void equalConversationsGiveEqualText(ExportFormat format) {
        assertThat(export(Conversations.withTool(), format)).isEqualTo(export(Conversations.withTool(), format))
                .doesNotContain("\r");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void secretsStayIn(ExportFormat format) {
        String key = "sk-abcdefghijklmnopqrstuvwxyz123456";
        Transcript transcript = new Transcript("c", Optional.of(key), Map.of("note", key, "api_key", "plain"), List.of(
                Conversations.turn(1, Conversations.START, Message.user("use " + key),
                        new AssistantMessage(key, List.of(new ToolCall("k", "t", "{\"x\":\"" + key + "\"}"))),
                        new ToolMessage("k", "t", key, false), Message.assistant(key))));
        String safe = builder().includeSystem(true).title(key).build().export(transcript, format);
        String open = builder().redactor(Redactor.NONE).build().export(transcript, format);

        assertThat(safe).doesNotContain(key).doesNotContain("plain").contains("redacted");
        assertThat(open).contains(key).contains("plain");
    }

    @ParameterizedTest
    @MethodSource("texts")
    void largeConversationsAreNotHeld(ExportFormat format) {
        AtomicLong bytes = new AtomicLong();
        List<Long> writes = new ArrayList<>();
        OutputStream counter = new OutputStream() {
            @Override
            public void write(int b) {
                bytes.incrementAndGet();
            }

            @Override
            public void write(byte[] b, int offset, int length) {
                bytes.addAndGet(length);
                writes.add((long) length);
            }
        };
        builder().build().exportTo(Conversations.large(10_000), format, counter);

        assertThat(bytes.get()).isGreaterThan(500_000);
        assertThat(writes.stream().collect(Collectors.summarizingLong(each -> each)).getMax()).isLessThan(100_000);
    }

    @Test
    void controlCharactersCannotSteerATerminal() {
        assertThat(export(Conversations.of("a\u001b[31m\u0000\u009b", "b"), ExportFormat.TEXT))
                .contains("a\u241b[31m\u2400\uFFFD").doesNotContain("\u001b");
    }

    @Test
    void namesOnlyFormatsWhoseLibraryIsThere() {
        ConversationFormatter missing = new ConversationFormatter() {
            @Override
            public ExportFormat format() {
                return new ExportFormat("odt", ".odt", "application/vnd.oasis.opendocument.text", false);
            }

            @Override
            public boolean available() {
                return false;
            }

            @Override
            public void write(ExportView view, OutputStream out) {
                throw new ExportException("ODT needs a library");
            }
        };
        ConversationExporter exporter = ConversationExporter.builder().formatter(missing).build();

        assertThat(exporter.formats()).as("PDFBox is there in tests").containsExactlyElementsOf(ExportFormat.values());
        assertThatExceptionOfType(ExportException.class)
                .isThrownBy(
                        () -> exporter.exportTo(Conversations.empty(), missing.format(), new ByteArrayOutputStream()))
                .withMessageContaining("ODT needs a library");
    }
}
