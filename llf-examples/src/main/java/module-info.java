/** Runnable examples. */
module dev.llf.examples {
    requires dev.llf.core;
    requires org.jspecify;
}
