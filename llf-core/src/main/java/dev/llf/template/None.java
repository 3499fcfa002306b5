package dev.llf.template;

/** Python's None. */
enum None {
    NONE
}
