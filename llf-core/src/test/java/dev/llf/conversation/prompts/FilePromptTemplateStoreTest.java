package dev.llf.conversation.prompts;

import dev.llf.error.StorageException;
import dev.llf.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class FilePromptTemplateStoreTest {

    private static final PromptContent GREETING = PromptContent.of("Greet", "Greet {name}.", "manners");

    @TempDir private Path parent;
    private Path directory;
    private final ManualClock clock = new ManualClock();

    @BeforeEach
    void nameTheDirectory() {
        directory = parent.resolve("new").resolve("templates");
    }

    private PromptTemplateLibrary open() {
        return PromptTemplateLibrary.open(new FilePromptTemplateStore(directory, clock), clock);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void keepsTemplatesVersionsAndCounts() throws IOException {
        try (PromptTemplateLibrary library = open()) {
            library.create("greet", GREETING, Optional.of("Ada"));
            clock.advance(Duration.ofSeconds(1));
            library.update("greet", content -> content.withText("Hail {name}: {{x}} \u2028 😀\n```\n{code}\n```"));
            library.render("greet", Map.of("name", "a", "code", "b"));
            library.render("debug_error", Map.of("error_message", "a", "context", "b"));
            assertThat(names()).containsExactly("greet.json");

            library.flush();
            assertThat(names()).containsExactly(".usage.json", "greet.json");
            PromptTemplateLibrary again = open();
            assertThat(again.problems()).isEmpty();
            assertThat(again.versions("greet")).isEqualTo(library.versions("greet")).hasSize(2);
            assertThat(again.stats()).isEqualTo(library.stats());
            again.render("greet", Map.of("name", "a", "code", "b"));
            again.close();
            assertThat(open().usage("greet")).isEqualTo(2);
            again.delete("greet");
        }
        assertThat(names()).containsExactly(".usage.json");
        assertThat(open().usage("greet")).isZero();
        assertThat(open().usage("debug_error")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"schema\":1}", "{\"schema\":9,\"id\":\"greet\"}", "\u0000\u0001"})
    void reportsBadFilesAndLeavesThemAlone(String content) throws IOException {
        open().create("good", GREETING, Optional.empty());
        Path bad = directory.resolve("bad.json");
        Files.writeString(bad, content);

        PromptTemplateLibrary library = open();

        assertThat(library.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.where()).isEqualTo(bad.toString());
            assertThat(problem.reason()).isNotBlank();
        });
        assertThat(library.get("good")).isPresent();
        assertThatThrownBy(() -> library.create("bad", GREETING, Optional.empty()))
                .isInstanceOf(StorageException.class).hasMessageContaining("bad.json");
        assertThat(library.get("bad")).isEmpty();
        assertThat(bad).hasContent(content);
        Files.delete(bad);
        assertThat(library.create("bad", GREETING, Optional.empty()).version()).isEqualTo(1);
    }

    @Test
    void reportsFilesThatAreNotNamedAfterTheirTemplate() throws IOException {
        open().create("greet", GREETING, Optional.empty());
        Files.copy(directory.resolve("greet.json"), directory.resolve("code_review.json"));
        Files.writeString(directory.resolve("A B.json"), "{}");
        Files.createDirectory(directory.resolve("folder.json"));
        Files.createSymbolicLink(directory.resolve("link.json"), directory.resolve("greet.json"));

        PromptTemplateLibrary library = open();

        assertThat(library.problems()).hasSize(4);
        assertThat(library.get("code_review").orElseThrow().builtIn()).isTrue();
        assertThat(library.get("link")).isEmpty();
    }

    @Test
    void refusesIdsThatLeaveTheDirectory() throws IOException {
        FilePromptTemplateStore store = new FilePromptTemplateStore(directory);
        Path outside = Files.writeString(directory.resolve("..").resolve("x.json"), "keep");

        for (String id : List.of("../x", "..", "a/b", "", "/x", "x\u0000")) {
            assertThatThrownBy(() -> store.delete(id)).isInstanceOf(PromptTemplateException.class);
            assertThatThrownBy(() -> store.addUsage(Map.of(id, 1L))).isInstanceOf(PromptTemplateException.class);
        }
        assertThat(outside).hasContent("keep");
        assertThat(names()).isEmpty();
    }

    @Test
    void removesWhatACrashLeftUnfinishedAndKeepsTheOldFile() throws IOException {
        open().create("greet", GREETING, Optional.empty());
        Path old = Files.writeString(directory.resolve(".123.tmp"), "{ half");
        Path fresh = Files.writeString(directory.resolve(".456.tmp"), "{ half");
        Files.setLastModifiedTime(old, FileTime.from(clock.instant().minus(Duration.ofHours(2))));
        Files.setLastModifiedTime(fresh, FileTime.from(clock.instant()));

        PromptTemplateLibrary library = open();

        assertThat(library.problems()).isEmpty();
        assertThat(library.get("greet")).isPresent();
        assertThat(names()).containsExactly(".456.tmp", "greet.json");
    }

    @Test
    void keepsTheOldStateIfTheNewOneCannotBeWritten() throws IOException {
        PromptTemplateLibrary library = open();
        PromptDefinition first = library.create("greet", GREETING, Optional.empty());
        Path file = directory.resolve("greet.json");
        Files.delete(file);
        Files.createDirectories(file.resolve("in the way"));

        assertThatThrownBy(() -> library.update("greet", content -> content.withText("x")))
                .isInstanceOf(StorageException.class).hasMessageContaining("greet.json");
        assertThat(library.get("greet")).contains(first);
        assertThat(names()).containsExactly("greet.json");
    }

    @Test
    void writesWhileItsThreadIsInterrupted() {
        PromptTemplateLibrary library = open();
        Thread.currentThread().interrupt();
        try {
            library.create("greet", GREETING, Optional.empty());
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
        assertThat(open().get("greet")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"schema\":1,\"usage\":{\"greet\":-1}}", "{\"schema\":1,\"usage\":{\"../x\":1}}",
        "{\"schema\":1,\"usage\":{\"greet\":1.5}}"})
    void putsBadCountsAsideAndCountsOn(String content) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(".usage.json"), content);
        PromptTemplateLibrary library = open();
        assertThat(library.problems()).hasSize(1);

        library.render("debug_error", Map.of("error_message", "a", "context", "b"));
        library.close();

        assertThat(open().problems()).isEmpty();
        assertThat(open().usage("debug_error")).isEqualTo(1);
        assertThat(directory.resolve(".usage.bad")).hasContent(content);
    }

    @Test
    void refusesADirectoryThatIsAFile() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "");

        assertThatThrownBy(() -> new FilePromptTemplateStore(file)).isInstanceOf(StorageException.class);
    }
}
