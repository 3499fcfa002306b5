package dev.llf.observe;

import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import java.util.Optional;

/**
 * A tool that ran, or was not allowed to.
 *
 * @param call     which one
 * @param interval when; as long as all of its round if it never started
 * @param result   what it returned; empty if the turn ended before
 */
record ToolRun(ToolCall call, Interval interval, Optional<ToolMessage> result) {

    boolean failed() {
        return result.isEmpty() || result.get().error();
    }
}
