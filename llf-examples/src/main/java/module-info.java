/** Runnable examples. */
module dev.llf.examples {
    requires dev.llf.core;
    requires java.net.http; // for SseExample, as the next
    requires jdk.httpserver;
    requires org.jspecify;
}
