package dev.llf.chat;

/** Why a model stopped. */
public enum FinishReason {
    /** It ended by itself, or wrote a stop string. */
    STOP,
    /** It reached the token limit of the request or the end of the context. */
    LENGTH,
    /** It wants tools to be called. */
    TOOL_CALLS,
    /** The caller cancelled; the text so far is kept. */
    CANCELLED,
    /** The request's time was up; the text so far is kept. */
    DEADLINE
}
