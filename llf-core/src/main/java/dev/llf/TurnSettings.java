package dev.llf;

import dev.llf.chat.ChatModel;
import dev.llf.chat.Sampling;
import dev.llf.spi.ToolBox;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** What all turns of one {@link Llf} have in common. */
record TurnSettings(ChatModel model, Optional<String> system, Optional<ToolBox> tools, Optional<Sampling> sampling,
        OptionalInt maxTokens, Optional<Duration> timeout, Clock clock) {}
