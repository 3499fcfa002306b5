package dev.llf.conversation.prompts;

/** What to do if the library has a template with the id of an imported one, built in or not. */
public enum ImportMode {
    /** Refuse the import. */
    FAIL,
    /** Give the imported template an id that is free: the same with a number at its end. */
    RENAME,
    /** Make the imported text a new version of the user's template, or hide the built-in one. */
    REPLACE
}
