package dev.llf.conversation.prompts;

import java.util.List;
import java.util.Map;

/**
 * Where a library keeps the templates of users. Implementations are safe for use by many threads; one library uses a store
 * at a time.
 */
public interface PromptTemplateStore {

    /**
     * What a store holds.
     *
     * @param templates the templates with their versions, each id once
     * @param usage     how often templates were rendered, by id
     * @param problems  what could not be read, and was left out
     */
    record Loaded(List<PromptHistory> templates, Map<String, Long> usage, List<Problem> problems) {
        /** Copies the parts. */
        public Loaded {
            templates = List.copyOf(templates);
            usage = Map.copyOf(usage);
            problems = List.copyOf(problems);
        }
    }

    /**
     * Something in a store that could not be read.
     *
     * @param where  which file or entry
     * @param reason what was found and expected; no prompt text
     */
    record Problem(String where, String reason) {}

    /**
     * Reads everything. What cannot be read is reported and left alone.
     *
     * @return the content
     * @throws dev.llf.error.StorageException if nothing can be read at all
     */
    Loaded load();

    /**
     * Writes a template, in place of an older state of the same id: wholly or not at all, even if the process ends.
     *
     * @param history the template with all its versions
     * @throws dev.llf.error.StorageException if it cannot be written; the older state is still there then
     */
    void save(PromptHistory history);

    /**
     * Deletes a template with all its versions, and its count. Does nothing if there is none.
     *
     * @param id identifies it
     * @throws dev.llf.error.StorageException if it cannot be deleted
     */
    void delete(String id);

    /**
     * Adds to the counts of how often templates were rendered.
     *
     * @param renders how often since the last time, by id; the numbers are positive
     * @throws dev.llf.error.StorageException if the counts cannot be written; none is changed then
     */
    void addUsage(Map<String, Long> renders);
}
