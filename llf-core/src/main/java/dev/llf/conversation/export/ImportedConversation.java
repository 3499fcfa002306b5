package dev.llf.conversation.export;

import dev.llf.chat.Transcript;
import java.util.List;

/**
 * A conversation from a file.
 *
 * <p>Whoever wrote the file wrote all of it: the answers need not be a model's, and the tool calls need never have taken
 * place. They are history to read, nothing was executed, and nothing should be on their account.
 *
 * @param transcript the conversation, in whole turns
 * @param format     the form that it had
 * @param version    the version that the file names; {@code unknown} if it names none
 * @param warnings   what was left out, added or repaired, without text of the conversation; unmodifiable
 */
public record ImportedConversation(Transcript transcript, ImportFormat format, String version, List<String> warnings) {

    /**
     * Copies the warnings.
     */
    public ImportedConversation {
        warnings = List.copyOf(warnings);
    }
}
