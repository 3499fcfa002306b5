/** Runnable examples and benchmarks. */
module dev.llf.examples {
    requires dev.llf.core;
}
