package dev.llf.survival;

import dev.llf.chat.ChatResponse;
import dev.llf.error.LlfException;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.testing.TinyModel;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;

/** Opens a model and asks it, in whatever environment the process was started with. */
public final class Surroundings {

    private Surroundings() {}

    /** Asks here, and with the argument {@code twice} once more through a second class loader. */
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        System.out.println(ask());
        if (args.length > 0) {
            URL[] urls = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                    .map(Surroundings::url).toArray(URL[]::new);
            try (URLClassLoader loader = new URLClassLoader(urls, ClassLoader.getPlatformClassLoader())) {
                System.out.println(loader.loadClass(Surroundings.class.getName()).getMethod("ask").invoke(null));
            } catch (InvocationTargetException e) {
                System.out.println("REFUSED " + e.getCause());
            }
            System.out.println(ask());
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Returns the answer with its length, or the refusal. */
    public static String ask() {
        try (LlamaChatModel model = LlamaChatModel.builder(TinyModel.path()).contextTokens(512).slots(2).threads(1)
                .build()) {
            ChatResponse response = model.chat(Asked.greedy(Asked.QUESTION).build());
            return "ANSWER %s %s".formatted(response.finishReason(), response.text());
        } catch (LlfException e) {
            return "REFUSED %s".formatted(e);
        }
    }
}
