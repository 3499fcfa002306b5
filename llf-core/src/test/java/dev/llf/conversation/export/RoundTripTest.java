package dev.llf.conversation.export;

import dev.llf.chat.Message;
import dev.llf.chat.Transcript;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

class RoundTripTest {

    private static final ConversationExporter EXPORTER = ConversationExporter.builder().includeSystem(true)
            .redactor(Redactor.NONE).clock(Conversations.CLOCK).build();
    private static final ConversationImporter IMPORTER = ConversationImporter.builder().trustSystem(true)
            .clock(Conversations.CLOCK).build();

    @Test
    void whatIsReadEqualsWhatWasWritten() {
        for (int seed = 0; seed < 500; seed++) {
            Transcript transcript = Conversations.random(new Random(seed));
            String json = EXPORTER.export(transcript, ExportFormat.JSON);
            ImportedConversation imported = IMPORTER.read(json);

            assertThat(imported.transcript()).as("seed %d", seed).isEqualTo(transcript);
            assertThat(imported.transcript().metadata().keySet().stream())
                    .containsExactlyElementsOf(transcript.metadata().keySet());
            assertThat(imported.warnings()).as("seed %d", seed).isEmpty();
            assertThat(imported.format()).isEqualTo(ImportFormat.LLF);
            assertThat(imported.version()).isEqualTo("1.0");
        }
    }

    @Test
    void keepsAConversationWithoutTurns() {
        assertThat(IMPORTER.read(EXPORTER.export(Conversations.empty(), ExportFormat.JSON)).transcript())
                .isEqualTo(Conversations.empty());
    }

    @Test
    void keepsTextsWithoutSecretsUnderTheDefaultRedactor() {
        ConversationExporter exporter = ConversationExporter.builder().includeSystem(true).build();

        assertThat(IMPORTER.read(exporter.export(Conversations.withTool(), ExportFormat.JSON)).transcript())
                .isEqualTo(Conversations.withTool());
    }

    @Test
    void keepsLongTexts() {
        Transcript transcript = Conversations.of("x".repeat(25_000_000), "y");

        assertThat(IMPORTER.read(EXPORTER.export(transcript, ExportFormat.JSON)).transcript()).isEqualTo(transcript);
    }

    @Test
    void keepsManyMessages() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        EXPORTER.exportTo(Conversations.large(10_000), ExportFormat.JSON, bytes);

        assertThat(IMPORTER.read(new ByteArrayInputStream(bytes.toByteArray())).transcript())
                .isEqualTo(Conversations.large(10_000));
    }

    @Test
    void whatWasLeftOutIsMadeUp() {
        ConversationExporter exporter = ConversationExporter.builder().includeTimestamps(false).includeMetadata(false)
                .includeToolCalls(false).build();
        Transcript imported = IMPORTER.read(exporter.export(Conversations.withTool(), ExportFormat.JSON)).transcript();

        assertThat(imported.metadata()).isEmpty();
        assertThat(imported.system()).isEmpty();
        assertThat(imported.turns()).extracting(turn -> turn.startedAt()).containsOnly(Conversations.CLOCK.instant());
        assertThat(imported.turns().getFirst().messages()).containsExactly(Message.user("Rain?"),
                Message.assistant("No rain."));
    }

    @Test
    void readsAByteOrderMark() {
        String json = "\uFEFF" + EXPORTER.export(Conversations.withTool(), ExportFormat.JSON);

        assertThat(IMPORTER.read(new ByteArrayInputStream(json.getBytes(UTF_8))).transcript())
                .isEqualTo(Conversations.withTool());
    }

    @Test
    void replacesHalfASurrogatePairInMetadata() {
        Transcript transcript = new Transcript("c", Optional.empty(), Map.of("k", "a\uD83D"),
                Conversations.empty().turns());

        assertThat(IMPORTER.read(EXPORTER.export(transcript, ExportFormat.JSON)).transcript().metadata())
                .containsEntry("k", "a\uFFFD");
    }
}
