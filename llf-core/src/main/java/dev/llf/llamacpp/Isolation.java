package dev.llf.llamacpp;

/** Where the engine runs. */
public enum Isolation {

    /** In the host's own process: fastest to open, but native code that crashes ends the host. */
    IN_PROCESS,

    /**
     * In a child process that is watched: if native code crashes or hangs, only the child ends, the running calls fail with
     * {@link dev.llf.error.EngineCrashedException} and the next call starts another child. Closing the last model that uses
     * it frees its memory.
     */
    WORKER_JVM
}
