package dev.llf.conversation.export;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Consumer;

/** What a {@link ConversationExporter.Builder} has gathered. */
record ExportOptions(boolean includeSystem, boolean includeTimestamps, boolean includeMetadata,
        boolean includeToolCalls,
        Optional<Instant> from, Optional<Instant> to, ZoneOffset zone, Optional<String> title, boolean pretty,
        Redactor redactor, boolean overwrite, Clock clock, Optional<Path> root, Consumer<String> warnings) {

    boolean covers(Instant time) {
        return from.map(first -> !time.isBefore(first)).orElse(true) && to.map(time::isBefore).orElse(true);
    }
}
