package dev.llf.conversation.prompts;

import dev.llf.chat.UserMessage;
import dev.llf.conversation.files.WholeFile;
import dev.llf.conversation.prompts.PromptTemplateException.Reason;
import dev.llf.error.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * Templates by id: seven that LLF brings along, and those of users, with their earlier versions.
 *
 * <p>A user's template hides the built-in one of the same id until it is deleted. Built-in templates cannot be changed; what
 * is built in depends on where a template comes from, not on what it says about itself.
 *
 * <p>Changes are in the store when a method returns. Counts of renders are kept in memory and written in batches, by
 * {@link #flush} and {@link #close}. The library holds at most {@value #MAX_TEMPLATES} templates of users.
 *
 * <p>Safe for use by many threads. Who opens a library closes it; the store remains the caller's.
 */
public final class PromptTemplateLibrary implements AutoCloseable {

    /** The most templates of users that a library holds. */
    public static final int MAX_TEMPLATES = 10_000;
    /** The most bytes that an imported file may have. */
    public static final int MAX_IMPORT_BYTES = 1 << 20;

    private static final Comparator<PromptDefinition> BY_NAME = Comparator
            .comparing((PromptDefinition definition) -> definition.content().name())
            .thenComparing(PromptDefinition::id);

    private final PromptTemplateStore store;
    private final Clock clock;
    private final Map<String, PromptDefinition> builtIns = BuiltInPrompts.load();
    private final Map<String, PromptHistory> users = new ConcurrentHashMap<>();
    private final UsageCounters usage;
    private final List<PromptTemplateStore.Problem> problems;
    /** Held while something is changed and written. */
    private final ReentrantLock writing = new ReentrantLock();

    private PromptTemplateLibrary(PromptTemplateStore store, Clock clock) {
        this.store = Objects.requireNonNull(store, "store");
        this.clock = Objects.requireNonNull(clock, "clock");
        PromptTemplateStore.Loaded loaded = store.load();
        loaded.templates().forEach(history -> users.put(history.id(), history));
        this.usage = new UsageCounters(loaded.usage());
        this.problems = loaded.problems();
    }

    /**
     * Opens a library.
     *
     * @param store where the templates of users are
     * @return the library
     * @throws StorageException if the store cannot be read at all
     */
    public static PromptTemplateLibrary open(PromptTemplateStore store) {
        return open(store, Clock.systemUTC());
    }

    /**
     * Opens a library that takes its times from a clock.
     *
     * @param store where the templates of users are
     * @param clock tells when templates are made and changed
     * @return the library
     * @throws StorageException if the store cannot be read at all
     */
    public static PromptTemplateLibrary open(PromptTemplateStore store, Clock clock) {
        return new PromptTemplateLibrary(store, clock);
    }

    /**
     * Returns what could not be read when the library was opened.
     *
     * @return the problems; empty if all is well
     */
    public List<PromptTemplateStore.Problem> problems() {
        return problems;
    }

    /**
     * Looks a template up.
     *
     * @param id identifies it
     * @return its version in use; empty if there is no such template
     */
    public Optional<PromptDefinition> get(String id) {
        PromptHistory history = users.get(id);
        return history == null ? Optional.ofNullable(builtIns.get(id)) : Optional.of(history.latest());
    }

    private PromptDefinition require(String id) {
        return get(id).orElseThrow(() -> notFound(id));
    }

    private static PromptTemplateException notFound(String id) {
        return new PromptTemplateException(Reason.NOT_FOUND,
                "There is no template with the id %s; find() lists those that there are."
                        .formatted(PromptId.shown(id)));
    }

    /**
     * Lists templates.
     *
     * @param filter which ones
     * @return their versions in use, by name and then by id; a snapshot
     */
    public List<PromptDefinition> find(PromptFilter filter) {
        return visible().stream().filter(filter::matches).sorted(BY_NAME).toList();
    }

    /**
     * Lists the categories.
     *
     * @return each category that a template has once, in alphabetical order; a snapshot
     */
    public List<String> categories() {
        return visible().stream().map(definition -> definition.content().category()).distinct().sorted().toList();
    }

    private List<PromptDefinition> visible() {
        List<PromptDefinition> visible = new ArrayList<>();
        users.values().forEach(history -> visible.add(history.latest()));
        Set<String> ids = new HashSet<>();
        visible.forEach(definition -> ids.add(definition.id()));
        builtIns.values().stream().filter(definition -> !ids.contains(definition.id())).forEach(visible::add);
        return visible;
    }

    /**
     * Adds a template. Its id is its name in lower case, with accents dropped and underscores for spaces and whatever else is
     * no letter a-z or digit. A built-in template with that id is hidden.
     *
     * @param content the template
     * @return its first version
     * @throws PromptTemplateException if no id can be made of the name, a user's template has the id, or the library is full
     * @throws StorageException        if it cannot be written; the library is unchanged then
     */
    public PromptDefinition create(PromptContent content) {
        return create(PromptId.fromName(content.name()), content, Optional.empty());
    }

    /**
     * Adds a template. A built-in template with the same id is hidden.
     *
     * @param id      identifies it: 1 to 64 of {@code a-z 0-9 _}, and not the name of a Windows device
     * @param content the template
     * @param author  who made it, one line of at most 100 characters
     * @return its first version
     * @throws PromptTemplateException  if the id has another form, a user's template has it, or the library is full
     * @throws IllegalArgumentException if the author has another form
     * @throws StorageException         if it cannot be written; the library is unchanged then
     */
    public PromptDefinition create(String id, PromptContent content, Optional<String> author) {
        writing.lock();
        try {
            if (users.containsKey(PromptId.check(id))) {
                throw clash(id);
            }
            return add(id, content, author);
        } finally {
            writing.unlock();
        }
    }

    private static PromptTemplateException clash(String id) {
        return new PromptTemplateException(Reason.CLASH,
                "There is a template with the id '%s' already; choose another name or id, or change that one."
                        .formatted(id));
    }

    private PromptDefinition add(String id, PromptContent content, Optional<String> author) {
        if (users.size() >= MAX_TEMPLATES) {
            throw new PromptTemplateException(Reason.FULL,
                    "The library holds its most templates, %d; delete some.".formatted(MAX_TEMPLATES));
        }
        Instant now = clock.instant();
        return save(new PromptHistory(List.of(new PromptDefinition(id, 1, content, author, now, now, false))));
    }

    private PromptDefinition save(PromptHistory history) {
        store.save(history);
        users.put(history.id(), history);
        return history.latest();
    }

    /**
     * Changes a template of a user, which makes a new version of it; the last {@value PromptHistory#MAX_VERSIONS} are kept.
     *
     * @param id     identifies it
     * @param change makes the new content of the present one; called once, while other changes wait
     * @return the new version, or the present one if nothing changed
     * @throws PromptTemplateException if there is no such template or it is built in
     * @throws StorageException        if it cannot be written; the library is unchanged then
     */
    public PromptDefinition update(String id, UnaryOperator<PromptContent> change) {
        writing.lock();
        try {
            PromptHistory history = requireUsers(id);
            return change(history, change.apply(history.latest().content()));
        } finally {
            writing.unlock();
        }
    }

    private PromptDefinition change(PromptHistory history, PromptContent content) {
        PromptHistory changed = history.with(content, clock.instant());
        return changed.equals(history) ? history.latest() : save(changed);
    }

    private PromptHistory requireUsers(String id) {
        PromptHistory history = users.get(id);
        if (history != null) {
            return history;
        }
        if (builtIns.containsKey(id)) {
            throw new PromptTemplateException(Reason.BUILT_IN,
                    "The template '%s' is built in and cannot be changed; create one with the same id to hide it."
                            .formatted(id));
        }
        throw notFound(id);
    }

    /**
     * Lists the versions of a template.
     *
     * @param id identifies it
     * @return those that are kept, oldest first; a snapshot
     * @throws PromptTemplateException if there is no such template
     */
    public List<PromptDefinition> versions(String id) {
        PromptHistory history = users.get(id);
        return history == null ? List.of(require(id)) : history.versions();
    }

    /**
     * Makes an earlier version the one in use: its content becomes a new version, so that nothing is lost.
     *
     * @param id      identifies the template
     * @param version the number of the earlier version
     * @return the new version, or the present one if it has the same content
     * @throws PromptTemplateException if there is no such template or version, or the template is built in
     * @throws StorageException        if it cannot be written; the library is unchanged then
     */
    public PromptDefinition rollback(String id, int version) {
        writing.lock();
        try {
            PromptHistory history = requireUsers(id);
            PromptDefinition earlier = history.version(version).orElseThrow(() -> new PromptTemplateException(
                    Reason.NOT_FOUND, "The template '%s' has no version %d; kept are %s.".formatted(id, version,
                            history.versions().stream().map(PromptDefinition::version).toList())));
            return change(history, earlier.content());
        } finally {
            writing.unlock();
        }
    }

    /**
     * Deletes a template of a user with all its versions and its count. A built-in template that it hid is there again.
     *
     * @param id identifies it
     * @throws PromptTemplateException if there is no such template or it is built in
     * @throws StorageException        if it cannot be deleted; the library is unchanged then
     */
    public void delete(String id) {
        writing.lock();
        try {
            store.delete(requireUsers(id).id());
            users.remove(id);
            usage.forget(id);
        } finally {
            writing.unlock();
        }
    }

    /**
     * Fills in the values of a template, and counts that.
     *
     * @param id     identifies the template
     * @param values the value for each placeholder by its name; further ones are ignored
     * @return the text
     * @throws PromptTemplateException  if there is no such template, values are missing, or the text would be too long; this
     *                                  is not counted
     * @throws IllegalArgumentException if a value has an unpaired surrogate
     */
    public String render(String id, Map<String, String> values) {
        String text = require(id).template().render(values);
        usage.count(id);
        return text;
    }

    /**
     * Fills in the values of a template, makes the text a message of the user, and counts that.
     *
     * @param id     identifies the template
     * @param values the value for each placeholder by its name; further ones are ignored
     * @return the message
     * @throws PromptTemplateException  if there is no such template, values are missing, or the text would be too long; this
     *                                  is not counted
     * @throws IllegalArgumentException if a value has an unpaired surrogate
     */
    public UserMessage toMessage(String id, Map<String, String> values) {
        return new UserMessage(render(id, values));
    }

    /**
     * Tells how often a template was rendered.
     *
     * @param id identifies it
     * @return the count; 0 if there is no such template
     */
    public long usage(String id) {
        return usage.of(id);
    }

    /**
     * Returns numbers about the library.
     *
     * @return the numbers as they are now
     */
    public PromptStats stats() {
        List<PromptDefinition> all = find(PromptFilter.ALL);
        long total = 0;
        long most = 0;
        Optional<PromptDefinition> mostUsed = Optional.empty();
        for (PromptDefinition definition : all) {
            long count = usage.of(definition.id());
            total += count;
            if (count > most) {
                most = count;
                mostUsed = Optional.of(definition);
            }
        }
        return new PromptStats(all.size(), categories().size(), total, mostUsed);
    }

    /**
     * Exports a template's version in use, to be imported into another library.
     *
     * @param id identifies it
     * @return JSON
     * @throws PromptTemplateException if there is no such template
     */
    public String exportJson(String id) {
        return PromptJson.export(require(id));
    }

    /**
     * Exports a template's version in use to a new file: whole or not at all, for the owner alone where the system knows
     * owners.
     *
     * @param id   identifies it
     * @param file the file, in a directory that exists; nothing must be there yet
     * @throws PromptTemplateException if there is no such template
     * @throws StorageException        if the file exists or cannot be written
     */
    public void exportTo(String id, Path file) {
        byte[] json = exportJson(id).getBytes(StandardCharsets.UTF_8);
        try {
            WholeFile.create(file, out -> out.write(json));
        } catch (IOException e) {
            throw new StorageException(
                    "%s: cannot write the template %s there (%s); name a new file in a directory that can be written."
                            .formatted(file, id, e.getClass().getSimpleName()),
                    e);
        }
    }

    /**
     * Imports a template from a file that {@link #exportTo} made.
     *
     * @param file the file, UTF-8, at most {@value #MAX_IMPORT_BYTES} bytes
     * @param mode what to do if there is a template with its id
     * @return the version in use of the imported template
     * @throws PromptTemplateException if the file is too large or says something else than an exported template, there is a
     *                                 template with its id and the mode is {@link ImportMode#FAIL}, or the library is full
     * @throws StorageException        if the file cannot be read or the template cannot be written
     */
    public PromptDefinition importFrom(Path file, ImportMode mode) {
        return importJson(TextFiles.read(file, MAX_IMPORT_BYTES), mode);
    }

    /**
     * Imports a template that {@link #exportJson} made. Its version and dates begin anew, and its variables follow from its
     * text.
     *
     * @param json JSON, at most {@value #MAX_IMPORT_BYTES} UTF-16 code units
     * @param mode what to do if there is a template with its id
     * @return the version in use of the imported template
     * @throws PromptTemplateException if the text is too long or says something else than an exported template, there is a
     *                                 template with its id and the mode is {@link ImportMode#FAIL}, or the library is full
     * @throws StorageException        if the template cannot be written; the library is unchanged then
     */
    public PromptDefinition importJson(String json, ImportMode mode) {
        if (json.length() > MAX_IMPORT_BYTES) {
            throw TextFiles.tooLarge("The import", MAX_IMPORT_BYTES);
        }
        PromptJson.Imported imported = PromptJson.readExport(json);
        writing.lock();
        try {
            String id = imported.id();
            if (get(id).isEmpty()) {
                return add(id, imported.content(), imported.author());
            }
            return switch (mode) {
                case FAIL -> throw clash(id);
                case RENAME -> add(PromptId.unused(id, ids()), imported.content(), imported.author());
                case REPLACE -> replace(imported);
            };
        } finally {
            writing.unlock();
        }
    }

    private Set<String> ids() {
        Set<String> ids = new HashSet<>(users.keySet());
        ids.addAll(builtIns.keySet());
        return ids;
    }

    private PromptDefinition replace(PromptJson.Imported imported) {
        PromptHistory history = users.get(imported.id());
        return history == null ? add(imported.id(), imported.content(), imported.author())
                : change(history, imported.content());
    }

    /**
     * Writes the counts of renders that the store does not know yet.
     *
     * @throws StorageException if they cannot be written; they are kept for the next time
     */
    public void flush() {
        writing.lock();
        try {
            usage.flush(store);
        } finally {
            writing.unlock();
        }
    }

    /**
     * Writes the counts, as {@link #flush} does. The library can still be used; counts of later renders need another flush.
     *
     * @throws StorageException if they cannot be written
     */
    @Override
    public void close() {
        flush();
    }
}
