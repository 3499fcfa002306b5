/**
 * What a GGUF model file says about itself, read in plain Java without loading the model.
 *
 * <p>Start at {@link dev.llf.gguf.GgufFile#read}: it reads the header, the metadata and the tensor table of a file, checks
 * their structure and closes the file. {@link dev.llf.gguf.GgufFile#checkRunnable} then says whether the llama.cpp that
 * comes with LLF can run it; a file that it cannot run may still be inspected.
 *
 * <p>Every refusal is a {@link dev.llf.error.ModelFileException} with the file, the place, what was found and what was
 * expected. Objects of this package are immutable, safe for use by several threads and hold no open file.
 *
 * <p>Source: GGUF specification, ggml-org/ggml docs/gguf.md; what llama.cpp makes of the keys, release b4916.
 */
@NullMarked
package dev.llf.gguf;

import org.jspecify.annotations.NullMarked;
