package dev.llf.conversation.prompts;

import dev.llf.chat.Message;
import dev.llf.conversation.prompts.PromptTemplateException.Reason;
import dev.llf.error.StorageException;
import dev.llf.testing.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
class PromptTemplateLibraryTest {

    private static final PromptContent GREETING = PromptContent.of("Say Hello", "Greet {name}.", "manners");

    private final ManualClock clock = new ManualClock();
    private final MemoryPromptTemplateStore store = new MemoryPromptTemplateStore();
    private final PromptTemplateLibrary library = PromptTemplateLibrary.open(store, clock);

    private static void refuses(Reason reason, ThrowingCallable call) {
        assertThatExceptionOfType(PromptTemplateException.class).isThrownBy(call::call)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static List<String> ids(List<PromptDefinition> definitions) {
        return definitions.stream().map(PromptDefinition::id).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "code_review|Code Review|development|code,review,quality|language,code",
        "summarize_text|Summarize Text|writing|summary,text,writing|length,text",
        "explain_code|Explain Code|development|code,explain,documentation|language,code",
        "translate_text|Translate Text|language|translation,language|source_lang,target_lang,text",
        "debug_error|Debug Error|development|debug,error,troubleshooting|error_message,context",
        "write_tests|Write Unit Tests|development|testing,unit-tests,code|language,test_framework,code",
        "refactor_code|Refactor Code|development|refactor,code-quality,code|language,code"})
    void bringsTemplatesAlong(String id, String name, String category, String tags, String variables) {
        PromptDefinition definition = library.get(id).orElseThrow();

        assertThat(definition.builtIn()).isTrue();
        assertThat(definition.content().name()).isEqualTo(name);
        assertThat(definition.content().category()).isEqualTo(category);
        assertThat(String.join(",", definition.content().tags())).isEqualTo(tags);
        assertThat(String.join(",", definition.variables())).isEqualTo(variables);
        assertThat(definition.content().description()).isNotBlank();
    }

    @Test
    void rendersEachTemplateItBringsAlong() {
        List<PromptDefinition> all = library.find(PromptFilter.ALL);
        assertThat(all).hasSize(7);
        for (PromptDefinition definition : all) {
            Map<String, String> values = new HashMap<>();
            definition.variables().forEach(name -> values.put(name, "<" + name + "> ``` {code}"));

            String text = library.render(definition.id(), values);

            assertThat(text).contains(values.values()).contains("\n````\n<");
            assertThat(library.usage(definition.id())).isEqualTo(1);
        }
        assertThat(library.toMessage("debug_error", Map.of("error_message", "E", "context", "C")))
                .isInstanceOf(Message.class);
    }

    @Test
    void createsTemplates() {
        PromptDefinition made = library.create(GREETING);

        assertThat(made).isEqualTo(new PromptDefinition("say_hello", 1, GREETING, Optional.empty(), clock.instant(),
                clock.instant(), false));
        assertThat(library.get("say_hello")).contains(made);
        assertThat(library.render("say_hello", Map.of("name", "Ada"))).isEqualTo("Greet Ada.");
        assertThat(PromptTemplateLibrary.open(store).get("say_hello")).contains(made);
    }

    @ParameterizedTest
    @CsvSource({"../../etc/passwd,etc_passwd", "C++ & C# (new!),c_c_new", "Überprüfung,uberprufung", "  A  B ,a_b"})
    void makesIdsOfNames(String name, String id) {
        assertThat(library.create(GREETING.withName(name)).id()).isEqualTo(id);
    }

    @Test
    void cutsLongIds() {
        assertThat(library.create(GREETING.withName("ab".repeat(50))).id()).isEqualTo("ab".repeat(32));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../x", "a/b", "a\\b", "A", "a.b", ".", "a b", "é", "con", "lpt1", "a\u0000"})
    void refusesIdsThatAreNoFileNames(String id) {
        refuses(Reason.MALFORMED, () -> library.create(id, GREETING, Optional.empty()));
        refuses(Reason.NOT_FOUND, () -> library.render(id, Map.of()));
        assertThat(library.get(id)).isEmpty();
    }

    @Test
    void refusesNamesThatMakeNoId() {
        refuses(Reason.MALFORMED, () -> library.create(GREETING.withName("你好")));
        refuses(Reason.MALFORMED, () -> library.create(GREETING.withName("Con")));
    }

    @Test
    void refusesASecondTemplateOfTheSameId() {
        library.create(GREETING);

        refuses(Reason.CLASH, () -> library.create(GREETING.withName("say  hello").withText("other")));
        assertThat(library.get("say_hello").orElseThrow().content()).isEqualTo(GREETING);
    }

    @Test
    void hidesABuiltInTemplateUntilTheUsersIsDeleted() {
        PromptDefinition builtIn = library.get("code_review").orElseThrow();
        PromptDefinition own = library.create(GREETING.withName("Code Review"));

        assertThat(own.builtIn()).isFalse();
        assertThat(library.get("code_review")).contains(own);
        assertThat(library.find(PromptFilter.ALL)).hasSize(7).contains(own).doesNotContain(builtIn);
        assertThat(library.stats().templates()).isEqualTo(7);

        library.delete("code_review");
        assertThat(library.get("code_review")).contains(builtIn);
    }

    @Test
    void refusesToChangeBuiltInTemplates() {
        refuses(Reason.BUILT_IN, () -> library.delete("code_review"));
        refuses(Reason.BUILT_IN, () -> library.update("code_review", content -> content.withText("x")));
        refuses(Reason.BUILT_IN, () -> library.rollback("code_review", 1));
        assertThat(library.versions("code_review")).hasSize(1);
    }

    @Test
    void keepsEarlierVersions() {
        Instant made = clock.instant();
        library.create(GREETING);
        clock.advance(Duration.ofDays(1));
        PromptDefinition second = library.update("say_hello", content -> content.withText("Hail {name} and {other}"));

        assertThat(second.version()).isEqualTo(2);
        assertThat(second.variables()).containsExactly("name", "other");
        assertThat(second.createdAt()).isEqualTo(made);
        assertThat(second.updatedAt()).isEqualTo(clock.instant());
        assertThat(library.versions("say_hello")).extracting(version -> version.template().text())
                .containsExactly("Greet {name}.", "Hail {name} and {other}");

        PromptDefinition third = library.rollback("say_hello", 1);
        assertThat(third.version()).isEqualTo(3);
        assertThat(third.content()).isEqualTo(GREETING);
        assertThat(library.versions("say_hello")).hasSize(3);
        assertThat(PromptTemplateLibrary.open(store).versions("say_hello")).isEqualTo(library.versions("say_hello"));
        refuses(Reason.NOT_FOUND, () -> library.rollback("say_hello", 4));
    }

    @Test
    void makesNoVersionIfNothingChanges() {
        library.create(GREETING);

        assertThat(library.update("say_hello", content -> content.withName("Say Hello")).version()).isEqualTo(1);
        assertThat(library.rollback("say_hello", 1).version()).isEqualTo(1);
    }

    @Test
    void keepsABoundedNumberOfVersions() {
        library.create(GREETING);
        for (int i = 2; i <= 60; i++) {
            String description = "number " + i;
            library.update("say_hello", content -> content.withDescription(description));
        }
        assertThat(library.versions("say_hello")).hasSize(50);
        assertThat(library.versions("say_hello").getFirst().version()).isEqualTo(11);
        assertThat(library.get("say_hello").orElseThrow().version()).isEqualTo(60);
    }

    @Test
    void changesWhatAuthorsDecideOnly() {
        library.create("greet", GREETING, Optional.of("Ada"));
        PromptDefinition changed = library.update("greet", content -> new PromptContent("New", "about",
                PromptTemplate.of("text"), "other", List.of("b", "a", "b")));

        assertThat(changed.id()).isEqualTo("greet");
        assertThat(changed.author()).contains("Ada");
        assertThat(changed.content().tags()).containsExactly("b", "a");
        refuses(Reason.NOT_FOUND, () -> library.update("nobody", content -> content));
    }

    @Test
    void findsTemplates() {
        assertThat(ids(library.find(PromptFilter.ALL))).containsExactly("code_review", "debug_error", "explain_code",
                "refactor_code", "summarize_text", "translate_text", "write_tests");
        assertThat(ids(library.find(PromptFilter.ALL.inCategory("writing")))).containsExactly("summarize_text");
        assertThat(library.find(PromptFilter.ALL.inCategory("Writing"))).isEmpty();
        assertThat(ids(library.find(PromptFilter.ALL.withAnyTag("testing", "summary"))))
                .containsExactly("summarize_text", "write_tests");
        assertThat(ids(library.find(PromptFilter.ALL.containing(" UNIT ")))).containsExactly("write_tests");
        assertThat(
                ids(library.find(PromptFilter.ALL.inCategory("development").withAnyTag("code").containing("explain"))))
                .containsExactly("explain_code");
        assertThat(library.categories()).containsExactly("development", "language", "writing");
    }

    @Test
    void countsRenders() {
        library.create(GREETING);
        library.render("say_hello", Map.of("name", "a"));
        library.toMessage("say_hello", Map.of("name", "a"));
        library.render("explain_code", Map.of("language", "C", "code", "x"));
        refuses(Reason.MISSING_VALUES, () -> library.render("say_hello", Map.of()));

        assertThat(library.stats())
                .isEqualTo(new PromptStats(8, 4, 3, library.get("say_hello")));
        assertThat(library.versions("say_hello")).hasSize(1);
        assertThat(store.load().usage()).isEmpty();
        library.close();
        assertThat(PromptTemplateLibrary.open(store).stats()).isEqualTo(library.stats());
        assertThat(new PromptStats(7, 3, 0, Optional.empty()))
                .isEqualTo(PromptTemplateLibrary.open(new MemoryPromptTemplateStore()).stats());
    }

    @Test
    void forgetsTheCountOfADeletedTemplate() {
        library.create(GREETING);
        library.render("say_hello", Map.of("name", "a"));
        library.flush();
        library.delete("say_hello");
        library.flush();

        assertThat(library.usage("say_hello")).isZero();
        assertThat(store.load().usage()).isEmpty();
        refuses(Reason.NOT_FOUND, () -> library.delete("say_hello"));
    }

    @Test
    void countsExactlyWhateverHappensAtTheSameTime() throws Exception {
        library.create(GREETING);
        try (ExecutorService threads = Executors.newFixedThreadPool(10)) {
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int number = i;
                runs.add(threads.submit(() -> {
                    assertThat(library.render("say_hello", Map.of("name", "n" + number))).contains("n" + number);
                    library.update("say_hello", content -> content.withDescription("by " + number));
                    library.flush();
                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }
        assertThat(library.usage("say_hello")).isEqualTo(100);
        assertThat(store.load().usage()).containsExactly(Map.entry("say_hello", 100L));
        assertThat(library.get("say_hello").orElseThrow().version()).isEqualTo(101);
    }

    @Test
    void keepsCountsThatCouldNotBeWritten() {
        AtomicBoolean full = new AtomicBoolean(true);
        PromptTemplateStore failing = new PromptTemplateStore() {
            @Override
            public Loaded load() {
                return store.load();
            }

            @Override
            public void save(PromptHistory history) {
                throw new StorageException("disk full");
            }

            @Override
            public void delete(String id) {
                store.delete(id);
            }

            @Override
            public void addUsage(Map<String, Long> renders) {
                if (full.get()) {
                    throw new StorageException("disk full");
                }
                store.addUsage(renders);
            }
        };
        PromptTemplateLibrary unlucky = PromptTemplateLibrary.open(failing);
        unlucky.render("explain_code", Map.of("language", "C", "code", "x"));

        assertThatThrownBy(unlucky::flush).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> unlucky.create(GREETING)).isInstanceOf(StorageException.class);
        assertThat(unlucky.get("say_hello")).isEmpty();
        full.set(false);
        unlucky.close();
        assertThat(store.load().usage()).containsExactly(Map.entry("explain_code", 1L));
    }

    @Test
    void exportsAndImports(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("export.json");
        PromptContent content = new PromptContent("Größe \"1\"", "Line\nbreak", PromptTemplate.of("{{a}} {b}\t😀"), "c",
                List.of("x", "y"));
        library.create("own", content, Optional.of("Ada"));
        library.update("own", old -> old.withDescription("Other"));
        library.exportTo("own", file);
        PromptTemplateLibrary other = PromptTemplateLibrary.open(new MemoryPromptTemplateStore(), clock);

        PromptDefinition imported = other.importFrom(file, ImportMode.FAIL);

        assertThat(imported.content()).isEqualTo(content.withDescription("Other"));
        assertThat(imported.author()).contains("Ada");
        assertThat(imported.version()).isEqualTo(1);
        assertThat(Files.readString(file)).isEqualTo(library.exportJson("own")).startsWith("{\n  \"schema\": 1,\n");
        assertThatThrownBy(() -> library.exportTo("own", file)).isInstanceOf(StorageException.class);
        refuses(Reason.NOT_FOUND, () -> library.exportJson("nobody"));
        assertThatThrownBy(() -> library.importFrom(directory.resolve("nothing"), ImportMode.FAIL))
                .isInstanceOf(StorageException.class);
    }

    @Test
    void importsInThreeModes() {
        library.create(GREETING);
        String json = library.exportJson("say_hello").replace("Greet", "Salute");

        refuses(Reason.CLASH, () -> library.importJson(json, ImportMode.FAIL));
        assertThat(library.importJson(json, ImportMode.RENAME).id()).isEqualTo("say_hello_2");
        assertThat(library.importJson(json, ImportMode.RENAME).id()).isEqualTo("say_hello_3");
        assertThat(library.get("say_hello").orElseThrow().template().text()).isEqualTo("Greet {name}.");
        PromptDefinition replaced = library.importJson(json, ImportMode.REPLACE);
        assertThat(replaced.version()).isEqualTo(2);
        assertThat(library.versions("say_hello")).hasSize(2);
        assertThat(library.rollback("say_hello", 1).template().text()).isEqualTo("Greet {name}.");
    }

    @Test
    void takesNoImportForABuiltInTemplate() {
        String json = library.exportJson("code_review");
        assertThat(json).contains("llf-builtin");

        refuses(Reason.CLASH, () -> library.importJson(json, ImportMode.FAIL));
        assertThat(library.importJson(json, ImportMode.RENAME).id()).isEqualTo("code_review_2");
        PromptDefinition own = library.importJson(json, ImportMode.REPLACE);
        assertThat(own.builtIn()).isFalse();
        assertThat(PromptTemplateLibrary.open(store).get("code_review")).contains(own);
        library.delete("code_review");
        assertThat(library.get("code_review").orElseThrow().builtIn()).isTrue();
    }

    @Test
    void makesItsOwnListOfVariables() {
        library.create(GREETING);
        String json = library.exportJson("say_hello").replace("\"name\"\n", "\"forged\"\n").replace("say_hello",
                "other");

        assertThat(json).contains("forged");
        assertThat(library.importJson(json, ImportMode.FAIL).variables()).containsExactly("name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "\"text\"", "{", "{}", "{'schema':1}", "not json SECRET",
        "{\"schema\":2,\"id\":\"a\",\"name\":\"SECRET\",\"template\":\"t\",\"category\":\"c\"}",
        "{\"schema\":1,\"id\":\"../../a\",\"name\":\"n\",\"template\":\"SECRET\",\"category\":\"c\"}",
        "{\"schema\":1,\"id\":\"a\",\"name\":\"n\",\"template\":\"SECRET\",\"category\":\"c\",\"built_in\":true}",
        "{\"schema\":1,\"id\":\"a\",\"id\":\"b\",\"name\":\"n\",\"template\":\"SECRET\",\"category\":\"c\"}",
        "{\"schema\":1,\"id\":\"a\",\"name\":\"n\",\"template\":\"SECRET\",\"category\":\"c\"} true",
        "{\"schema\":1,\"id\":\"a\",\"name\":\"n\",\"template\":[\"SECRET\"],\"category\":\"c\"}",
        "{\"schema\":1,\"id\":\"a\",\"name\":\"n\",\"template\":\"SECRET\",\"category\":7}",
        "{\"schema\":1,\"id\":\"a\",\"name\":\"n\",\"template\":\"SECRET\",\"category\":\"c\",\"tags\":\"x,y\"}",
        "{\"schema\":1,\"id\":\"a\",\"name\":\"n\",\"template\":\"SECRET\",\"category\":\"c\",\"tags\":[[1]]}",
        "{\"schema\":1,\"id\":\"a\",\"name\":\"n\\u0000\",\"template\":\"SECRET\",\"category\":\"c\"}",
        "{\"schema\":1,\"id\":\"a\",\"name\":\"n\",\"template\":\"SECRET \\ud800\",\"category\":\"c\"}",
        "{\"schema\":1,\"id\":\"a\",\"name\":\"n\",\"template\":\"SECRET\",\"category\":\"c\",\"version\":1e9}",
        "{\"schema\":1,\"id\":\"a\",\"name\":\"n\",\"template\":\"SECRET\",\"category\":\"c\",\"created_at\":\"now\"}",
        "{\"schema\":1,\"id\":\"a\",\"name\":\"n\",\"template\":\"SECRET\",\"category\":\"c\",\"author\":\"\"}"})
    void refusesHostileImports(String json) {
        assertThatExceptionOfType(PromptTemplateException.class)
                .isThrownBy(() -> library.importJson(json, ImportMode.REPLACE))
                .withMessageNotContaining("SECRET")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED));
        assertThat(store.load().templates()).isEmpty();
    }

    @Test
    void refusesImportsThatAreTooLargeOrTooDeepOrNoText(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("import.json");
        refuses(Reason.TOO_LARGE, () -> library.importJson(" ".repeat((1 << 20) + 1), ImportMode.FAIL));
        refuses(Reason.MALFORMED, () -> library.importJson("[".repeat(100_000), ImportMode.FAIL));
        refuses(Reason.MALFORMED, () -> library.importJson("{\"template\":\"" + "x".repeat(200_000) + "\"}",
                ImportMode.FAIL));
        Files.write(file, new byte[(1 << 20) + 1]);
        refuses(Reason.TOO_LARGE, () -> library.importFrom(file, ImportMode.FAIL));
        Files.write(file, new byte[] {'{', (byte) 0xFF, '}'});
        refuses(Reason.MALFORMED, () -> library.importFrom(file, ImportMode.FAIL));
    }

    @Test
    void refusesContentThatIsOutOfBounds() {
        assertThatIllegalArgumentException().isThrownBy(() -> GREETING.withName("two\nlines"));
        assertThatIllegalArgumentException().isThrownBy(() -> GREETING.withName("x".repeat(101)));
        assertThatIllegalArgumentException().isThrownBy(() -> GREETING.withName(" "));
        assertThatIllegalArgumentException().isThrownBy(() -> GREETING.withDescription("x".repeat(1_001)));
        assertThatIllegalArgumentException().isThrownBy(() -> GREETING.withCategory(""));
        assertThatIllegalArgumentException().isThrownBy(() -> GREETING.withTags(List.of("")));
        List<String> tags = new ArrayList<>();
        for (int i = 0; i <= 20; i++) {
            tags.add("tag" + i);
        }
        assertThatIllegalArgumentException().isThrownBy(() -> GREETING.withTags(tags));
    }
}
