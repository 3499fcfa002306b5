package dev.llf.conversation.prompts;

import java.util.Optional;

/**
 * Numbers about a library. Hidden built-in templates do not count.
 *
 * @param templates  how many templates there are
 * @param categories how many different categories they have
 * @param totalUsage how often they were rendered, all together
 * @param mostUsed   the template that was rendered most often, of several the first by name; empty if none ever was
 */
public record PromptStats(int templates, int categories, long totalUsage, Optional<PromptDefinition> mostUsed) {}
