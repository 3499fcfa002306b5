package dev.llf.chat;

/** Whether the model may call the offered tools. */
public enum ToolChoice {
    /** The model decides. The default. */
    AUTO,
    /** The tools stay in the prompt, so that its front does not change, but what the model writes is text. */
    NONE
}
