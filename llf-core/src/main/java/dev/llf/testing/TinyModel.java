package dev.llf.testing;

import dev.llf.cache.ResourceCache;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * The small model that ships with LLF: 3 million parameters, a 3.2 MB GGUF file, Apache-2.0.
 *
 * <p>For demos and tests of the whole chain (chat, memory, documents, tools, JSON) on a real engine. It answers what it was
 * trained on, made-up conversations, and knows next to nothing about the world; its card in {@code docs/tiny-model}
 * lists the forms. Greedy sampling and up to 1,024 tokens of context suit it.
 */
public final class TinyModel {

    private static final String FILE = "llf-tiny.gguf";
    private static final String SHA_256 = "879137d0044e37550c37db24267a32b65c16c15c04cb6173c1ac18aaee38a7f8";
    private static final ResourceCache CACHE = ResourceCache.ofUser();

    private TinyModel() {}

    /**
     * Returns the model as a file, unpacked from LLF's jar at the first call.
     *
     * <p>The file lies in a directory that only this user can write: {@code llf-USER} in {@code java.io.tmpdir}, or below the
     * directory that the system property {@code llf.cache} names; the property is read at the first call. The content is
     * checked once per JVM; a file that has disappeared is unpacked again. Thread-safe, also across processes.
     *
     * @return the absolute path of the file; not to be written to
     * @throws dev.llf.error.StorageException if the file cannot be written or the jar is damaged
     */
    public static Path path() {
        return CACHE.extract(TinyModel::open, SHA_256, "tiny", FILE);
    }

    private static InputStream open() throws IOException {
        InputStream in = TinyModel.class.getResourceAsStream(FILE);
        if (in == null) {
            throw new FileNotFoundException(FILE + " is missing in the jar of llf-core");
        }
        return in;
    }
}
