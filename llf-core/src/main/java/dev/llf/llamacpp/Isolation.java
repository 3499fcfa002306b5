package dev.llf.llamacpp;

/** Where the engine runs. */
public enum Isolation {

    /** In the host's own process: fastest to open, but native code that crashes ends the host. */
    IN_PROCESS,

    /**
     * In a child process that is watched: if native code crashes, only the child ends, the running calls fail with
     * {@link dev.llf.error.EngineCrashedException} and the next call starts another child. The same goes for a child that
     * gives no sign of life for ten seconds. A generation that never ends is ended by its timeout or a cancel, with the child
     * if that does nothing else. Closing the last model that uses the child frees its memory.
     */
    WORKER_JVM
}
