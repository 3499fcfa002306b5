/**
 * The engine: llama.cpp in this process or in a worker process, through java-llama.cpp.
 *
 * <p>Start at {@link dev.llf.llamacpp.LlamaChatModel}, {@link dev.llf.llamacpp.LlamaEmbeddingModel} and
 * {@link dev.llf.llamacpp.LlamaReranker}. This is the only package that knows the binding; nothing above it knows which
 * engine runs.
 *
 * <p>The binding aborts the process, hangs or silently errs on many inputs, so every native call goes through one gate,
 * and everything that reaches the gate was checked in Java. Each running request has one daemon reader thread; callers
 * only wait for what it delivers. A loaded model stays in memory until the JVM ends, because the binding cannot free it:
 * closing gives it back to a registry, from which the next open of the same file with the same options takes it. With
 * {@link dev.llf.llamacpp.Isolation#WORKER_JVM} only the gate runs in a child process, which can crash alone and is ended
 * when nobody uses it.
 */
@NullMarked
package dev.llf.llamacpp;

import org.jspecify.annotations.NullMarked;
