package dev.llf.conversation.export;

import java.time.Clock;

/** What a {@link ConversationImporter.Builder} has gathered. */
record ImportOptions(long maxBytes, int maxMessages, int maxNesting, boolean trustSystem, Clock clock) {}
