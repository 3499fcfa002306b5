package dev.llf;

/** How what another branch found out comes to a branch. */
public enum MergeStrategy {
    /** All its turns since the branches parted are copied. */
    TURNS,
    /** The model summarises these turns, and the summary stands in one turn. */
    SUMMARY
}
