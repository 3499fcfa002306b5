package dev.llf.spi;

import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import java.util.List;

/**
 * The one door to tools: what is offered to the model, and what runs when it calls.
 *
 * <p>Implementations are safe for use by many threads and outlive the models that they are given to.
 */
public interface ToolBox {

    /**
     * Returns the tools to offer.
     *
     * @return the tools, always in the same order, so that prompts stay byte-stable; unmodifiable
     */
    List<ToolSpec> specs();

    /**
     * Runs calls of one round.
     *
     * <p>A failing, refused or unknown tool is a result with {@link ToolMessage#error()}, never an exception. May
     * be interrupted; calls that did not run then get an error result too.
     *
     * @param calls what the model wants, at least one
     * @return one result a call, in the order of the calls
     */
    List<ToolMessage> execute(List<ToolCall> calls);
}
