package dev.llf.testing;

import dev.llf.chat.AssistantMessage;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.error.StorageException;
import dev.llf.spi.ConversationEntry;
import dev.llf.spi.ConversationEntry.BranchDeleted;
import dev.llf.spi.ConversationEntry.BranchMoved;
import dev.llf.spi.ConversationEntry.BranchRestored;
import dev.llf.spi.ConversationEntry.MetadataSet;
import dev.llf.spi.ConversationEntry.SummaryAdded;
import dev.llf.spi.ConversationEntry.TurnAdded;
import dev.llf.spi.ConversationEntry.TurnPinned;
import dev.llf.spi.ConversationStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What every {@link ConversationStore} has to do, as checks that run in any test framework. With JUnit:
 *
 * {@snippet class = "dev.llf.testing.ConversationStoreContractTest" region = "contract"}
 *
 * <p>Each check begins with a place of its own in which no conversation is kept, opens the stores that it needs and closes
 * them. What a store does when a machine loses its power, no check can tell.
 */
public final class ConversationStoreContract {

    private static final String ID = "talk";
    private static final Instant TIME = Instant.parse("2026-02-03T04:05:06.000000007Z");
    private static final int WRITERS = 8;
    private static final int ROUNDS = 10;
    private static final int LIMIT_SECONDS = 120;

    private final List<Check> checks = new ArrayList<>();
    private final Supplier<? extends Place> places;

    /** A place where conversations are kept, as a directory or a table. */
    @FunctionalInterface
    public interface Place {

        /**
         * Opens a store on this place; what stores that were closed before have kept is in it. Only one is open at a time.
         *
         * @return the store; the check closes it
         */
        ConversationStore open();
    }

    /** Something that a store has to do. */
    public static final class Check implements Runnable {

        private final String name;
        private final Runnable body;

        private Check(String name, Runnable body) {
            this.name = name;
            this.body = body;
        }

        /**
         * Returns what the store has to do.
         *
         * @return a short sentence, different for each check
         */
        public String name() {
            return name;
        }

        /**
         * Checks it; at most a few seconds for a store that is not broken, and never more than two minutes of waiting.
         *
         * @throws AssertionError if the store does not do it, with what was expected and found
         */
        @Override
        public void run() {
            body.run();
        }

        /**
         * Returns the name.
         *
         * @return what the store has to do
         */
        @Override
        public String toString() {
            return name;
        }
    }

    private interface OnStore {
        void check(ConversationStore store);
    }

    private ConversationStoreContract(Supplier<? extends Place> places) {
        this.places = places;
    }

    /**
     * Returns all checks, for a store that keeps conversations when it is closed.
     *
     * @param freshPlaces gives a new place, in which there is no conversation, each time
     * @return the checks in a fixed order; unmodifiable
     */
    public static List<Check> checks(Supplier<? extends Place> freshPlaces) {
        ConversationStoreContract contract = new ConversationStoreContract(freshPlaces);
        contract.addChecksOfOneStore();
        contract.add("keeps everything when it is opened again", ConversationStoreContract::keepsEverything);
        contract.add("goes on where it was when it is opened again", ConversationStoreContract::goesOn);
        contract.add("does not bring back what was deleted when it is opened again",
                ConversationStoreContract::keepsDeletions);
        return List.copyOf(contract.checks);
    }

    /**
     * Returns the checks that need no second opening, for a store that forgets when it is closed.
     *
     * @param freshStores gives a new, empty store each time
     * @return the checks in a fixed order; unmodifiable
     */
    public static List<Check> checksWithoutReopening(Supplier<? extends ConversationStore> freshStores) {
        ConversationStoreContract contract = new ConversationStoreContract(() -> freshStores::get);
        contract.addChecksOfOneStore();
        return List.copyOf(contract.checks);
    }

    private interface OnPlace {
        void check(Place place);
    }

    private void add(String name, OnPlace body) {
        checks.add(new Check(name, () -> body.check(places.get())));
    }

    private void with(String name, OnStore body) {
        add(name, place -> using(place, body));
    }

    private static void using(Place place, OnStore body) {
        try (ConversationStore store = place.open()) {
            body.check(store);
        }
    }

    private void addChecksOfOneStore() {
        with("is empty at first", ConversationStoreContract::isEmptyAtFirst);
        with("reads entries in the order in which they were appended", ConversationStoreContract::keepsTheOrder);
        with("refuses another revision and writes nothing", ConversationStoreContract::refusesOtherRevisions);
        with("adds all entries of a call or none", ConversationStoreContract::addsAllOrNone);
        with("keeps conversations apart, upper and lower case too", ConversationStoreContract::keepsApart);
        with("takes every id that is allowed and no other", ConversationStoreContract::checksIds);
        with("refuses a call without entries", ConversationStoreContract::refusesNoEntries);
        with("deletes one conversation, which can begin anew", ConversationStoreContract::deletes);
        with("lists conversations in alphabetical order", ConversationStoreContract::lists);
        with("gives lists that do not change", ConversationStoreContract::givesSnapshots);
        with("brings back every kind of entry and message as it was", ConversationStoreContract::keepsEveryKind);
        with("brings back any text as it was", ConversationStoreContract::keepsAnyText);
        with("takes a turn with a text of 1 MiB", ConversationStoreContract::takesLargeTurns);
        with("keeps what several threads write to different conversations",
                ConversationStoreContract::letsManyWriteApart);
        with("lets exactly one of several threads write a revision", ConversationStoreContract::letsOneWin);
        with("appends whole calls for readers at the same time", ConversationStoreContract::showsWholeCalls);
        with("refuses every call after it was closed, and closing again is fine",
                ConversationStoreContract::refusesWhenClosed);
    }

    private static void isEmptyAtFirst(ConversationStore store) {
        equal("conversations of a new store", List.of(), store.conversations());
        equal("entries of a conversation that is not there", List.of(), store.read(ID));
        equal("whether a conversation that is not there was deleted", false, store.delete(ID));
        equal("conversations after reading one that is not there", List.of(), store.conversations());
    }

    private static void keepsTheOrder(ConversationStore store) {
        List<ConversationEntry> expected = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            List<ConversationEntry> call = notes("call " + i, 1 + i % 3);
            store.append(ID, expected.size(), call);
            expected.addAll(call);
            equal("entries after call " + i, expected, store.read(ID));
        }
    }

    private static void refusesOtherRevisions(ConversationStore store) {
        throwing("append to a new conversation at revision 1", StorageException.class,
                () -> store.append(ID, 1, notes("a", 1)));
        equal("conversations after a refused append", List.of(), store.conversations());
        store.append(ID, 0, notes("a", 2));
        for (long revision : List.of(0L, 1L, 3L, Long.MAX_VALUE, -1L)) {
            throwing("append at revision %d to 2 entries".formatted(revision), StorageException.class,
                    () -> store.append(ID, revision, notes("b", 1)));
        }
        equal("entries after refused appends", notes("a", 2), store.read(ID));
        store.append(ID, 2, notes("c", 1));
        equal("entries after an append at the right revision", both(notes("a", 2), notes("c", 1)), store.read(ID));
    }

    private static void addsAllOrNone(ConversationStore store) {
        store.append(ID, 0, notes("a", 1));
        List<@Nullable ConversationEntry> withHole = new ArrayList<>(notes("b", 3));
        withHole.set(2, null);
        @SuppressWarnings("NullAway") // a faulty caller
        Runnable call = () -> store.append(ID, 1, cast(withHole));
        try {
            call.run();
            throw new AssertionError("a null among the entries: expected an exception, found none");
        } catch (NullPointerException | IllegalArgumentException | StorageException expected) {
            equal("entries after a call that was refused at its third entry", notes("a", 1), store.read(ID));
        }
        store.append(ID, 1, notes("c", 100));
        equal("entries after a call of 100", both(notes("a", 1), notes("c", 100)), store.read(ID));
    }

    @SuppressWarnings({"unchecked", "rawtypes", "NullAway"})
    private static List<ConversationEntry> cast(List<@Nullable ConversationEntry> entries) {
        return (List) entries;
    }

    private static void keepsApart(ConversationStore store) {
        store.append("a", 0, notes("a", 2));
        store.append("b", 0, notes("b", 1));
        try {
            store.append("A", 0, notes("A", 3));
        } catch (StorageException e) {
            equal("entries of an id that was refused because of its case", List.of(), readOrNone(store, "A"));
        }
        store.append("a", 2, notes("more", 1));
        equal("entries of a", both(notes("a", 2), notes("more", 1)), store.read("a"));
        equal("entries of b", notes("b", 1), store.read("b"));
        equal("entries of an id that another begins with", List.of(), store.read("ab"));
    }

    private static List<ConversationEntry> readOrNone(ConversationStore store, String id) {
        try {
            return store.read(id);
        } catch (StorageException e) {
            return List.of();
        }
    }

    private static void checksIds(ConversationStore store) {
        List<String> good = List.of("a", "Z", "0", "_", "-", "--help", "x".repeat(64), "2026-02-03_Ada");
        for (String id : good) {
            store.append(id, 0, notes(id, 1));
            equal("entries of " + id, notes(id, 1), store.read(id));
        }
        for (String id : List.of("", " ", ".", "..", "../a", "a/b", "a\\b", "a.b", "a b", "a\n", "\u0000", "ä",
                "x".repeat(65),
                "a'--", "\uD83D\uDE00")) {
            String shown = "'" + id + "'";
            throwing("append to " + shown, IllegalArgumentException.class, () -> store.append(id, 0, notes("a", 1)));
            throwing("read of " + shown, IllegalArgumentException.class, () -> store.read(id));
            throwing("delete of " + shown, IllegalArgumentException.class, () -> store.delete(id));
        }
        equal("conversations", List.copyOf(new TreeSet<>(good)), store.conversations());
    }

    private static void refusesNoEntries(ConversationStore store) {
        throwing("append of no entries", IllegalArgumentException.class, () -> store.append(ID, 0, List.of()));
        equal("conversations after an append of no entries", List.of(), store.conversations());
    }

    private static void deletes(ConversationStore store) {
        store.append("gone", 0, notes("a", 3));
        store.append("stays", 0, notes("b", 1));
        equal("whether the conversation was deleted", true, store.delete("gone"));
        equal("whether it was deleted again", false, store.delete("gone"));
        equal("entries of a deleted conversation", List.of(), store.read("gone"));
        equal("conversations", List.of("stays"), store.conversations());
        equal("entries of the other", notes("b", 1), store.read("stays"));
        throwing("append at the old revision", StorageException.class, () -> store.append("gone", 3, notes("c", 1)));
        store.append("gone", 0, notes("d", 1));
        equal("entries of the conversation begun anew", notes("d", 1), store.read("gone"));
    }

    private static void lists(ConversationStore store) {
        for (String id : List.of("m", "z", "a", "aa", "a-b", "a_b", "0", "B")) {
            store.append(id, 0, notes(id, 1));
        }
        equal("conversations", List.of("0", "B", "a", "a-b", "a_b", "aa", "m", "z"), store.conversations());
    }

    private static void givesSnapshots(ConversationStore store) {
        List<ConversationEntry> given = new ArrayList<>(notes("a", 1));
        store.append(ID, 0, given);
        given.clear();
        List<ConversationEntry> read = store.read(ID);
        List<String> listed = store.conversations();
        store.append(ID, 1, notes("b", 1));
        store.append("other", 0, notes("c", 1));
        equal("entries that were read before an append", notes("a", 1), read);
        equal("conversations that were listed before another began", List.of(ID), listed);
    }

    private static void keepsEveryKind(ConversationStore store) {
        store.append(ID, 0, everyKind());
        same("entries of every kind", everyKind(), store.read(ID));
    }

    private static void keepsAnyText(ConversationStore store) {
        List<ConversationEntry> expected = new ArrayList<>();
        for (String text : texts()) {
            expected.add(new SummaryAdded(TIME, "t", text));
            expected.add(added("t" + expected.size(), Optional.empty(), text));
            expected.add(new MetadataSet(TIME, text + "k", Optional.of(text)));
        }
        store.append(ID, 0, expected);
        same("entries with texts of all kinds", expected, store.read(ID));
    }

    private static void takesLargeTurns(ConversationStore store) {
        String text = "0123456789abcde\n".repeat(1 << 16);
        List<ConversationEntry> large = List.of(added("t", Optional.empty(), text));
        store.append(ID, 0, large);
        store.append(ID, 1, notes("after", 1));
        same("entries after a turn with 1 MiB", both(large, notes("after", 1)), store.read(ID));
    }

    private static void letsManyWriteApart(ConversationStore store) {
        together(number -> {
            for (int i = 0; i < ROUNDS; i++) {
                store.append("w" + number, i, notes(number + " " + i, 1));
            }
            return true;
        });
        for (int number = 0; number < WRITERS; number++) {
            List<ConversationEntry> expected = new ArrayList<>();
            for (int i = 0; i < ROUNDS; i++) {
                expected.addAll(notes(number + " " + i, 1));
            }
            equal("entries of the conversation of thread " + number, expected, store.read("w" + number));
        }
    }

    private static void letsOneWin(ConversationStore store) {
        List<ConversationEntry> expected = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            int revision = i;
            List<Boolean> wins = together(number -> {
                try {
                    store.append(ID, revision, notes(number + " " + revision, 1));
                    return true;
                } catch (StorageException e) {
                    return false;
                }
            });
            equal("threads that wrote revision " + i, 1L, wins.stream().filter(won -> won).count());
            expected.addAll(notes(wins.indexOf(true) + " " + i, 1));
        }
        equal("entries", expected, store.read(ID));
    }

    private static void showsWholeCalls(ConversationStore store) {
        int size = 20;
        List<Boolean> whole = together(number -> {
            for (int i = 0; i < ROUNDS; i++) {
                if (number == 0) {
                    store.append(ID, (long) i * size, notes("call " + i, size));
                } else if (store.read(ID).size() % size != 0) {
                    return false;
                }
            }
            return true;
        });
        equal("whether readers saw whole calls only", Set.of(true), Set.copyOf(whole));
        equal("number of entries", ROUNDS * size, store.read(ID).size());
    }

    private static void refusesWhenClosed(ConversationStore store) {
        store.append(ID, 0, notes("a", 1));
        store.close();
        throwing("append after close", IllegalStateException.class, () -> store.append(ID, 1, notes("b", 1)));
        throwing("read after close", IllegalStateException.class, () -> store.read(ID));
        throwing("conversations after close", IllegalStateException.class, store::conversations);
        throwing("delete after close", IllegalStateException.class, () -> store.delete(ID));
        store.close();
    }

    private static void keepsEverything(Place place) {
        using(place, store -> {
            store.append("first", 0, everyKind());
            store.append("second", 0, notes("a", 2));
            store.append("second", 2, notes("b", 1));
        });
        for (int i = 0; i < 2; i++) {
            using(place, store -> {
                equal("conversations when opened again", List.of("first", "second"), store.conversations());
                same("entries of the first when opened again", everyKind(), store.read("first"));
                equal("entries of the second when opened again", both(notes("a", 2), notes("b", 1)),
                        store.read("second"));
            });
        }
    }

    private static void goesOn(Place place) {
        List<ConversationEntry> expected = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            List<ConversationEntry> call = notes("opening " + i, 2);
            using(place, store -> {
                int revision = expected.size();
                if (revision > 0) {
                    throwing("append at an old revision when opened again", StorageException.class,
                            () -> store.append(ID, revision - 1L, call));
                }
                store.append(ID, revision, call);
            });
            expected.addAll(call);
        }
        using(place, store -> equal("entries after 5 openings", expected, store.read(ID)));
    }

    private static void keepsDeletions(Place place) {
        using(place, store -> {
            store.append(ID, 0, notes("a", 2));
            store.delete(ID);
        });
        using(place, store -> {
            equal("entries of a deleted conversation when opened again", List.of(), store.read(ID));
            equal("conversations when opened again", List.of(), store.conversations());
        });
    }

    private static List<ConversationEntry> notes(String what, int count) {
        List<ConversationEntry> notes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            notes.add(new MetadataSet(TIME.plusNanos(i), "note", Optional.of(what + "." + i)));
        }
        return List.copyOf(notes);
    }

    private static List<ConversationEntry> both(List<ConversationEntry> first, List<ConversationEntry> second) {
        List<ConversationEntry> both = new ArrayList<>(first);
        both.addAll(second);
        return both;
    }

    private static TurnAdded added(String id, Optional<String> parent, String text) {
        List<Message> messages = List.of(Message.user(text),
                new AssistantMessage(text, List.of(new ToolCall("c1", "clock", text), new ToolCall("c2", "none", ""))),
                new ToolMessage("c2", "none", text, true), new ToolMessage("c1", "clock", text, false),
                Message.assistant(text));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("z", text);
        metadata.put("a" + text, "");
        return new TurnAdded(TIME, "main", new Turn(id, parent, TIME.minusNanos(1), messages, FinishReason.STOP,
                new Usage(Integer.MAX_VALUE, 12, 34), "model " + text, metadata));
    }

    private static List<ConversationEntry> everyKind() {
        List<ConversationEntry> all = new ArrayList<>();
        all.add(added("t0", Optional.empty(), "Hi"));
        for (FinishReason reason : FinishReason.values()) {
            String id = "t" + all.size();
            all.add(new TurnAdded(TIME, "main", new Turn(id, Optional.of("t" + (all.size() - 1)), TIME,
                    List.of(Message.user("question"), Message.assistant("")), reason, Usage.NONE, "m")));
        }
        for (Instant at : List.of(Instant.EPOCH, Instant.EPOCH.minusNanos(1), TIME, TIME.plusMillis(500),
                Instant.parse("9999-12-31T23:59:59.999999999Z"))) {
            all.add(new BranchDeleted(at, "other"));
        }
        all.add(new BranchMoved(TIME, "other", Optional.of("t1")));
        all.add(new BranchMoved(TIME, "other", Optional.empty()));
        all.add(new BranchDeleted(TIME, "other"));
        all.add(new BranchRestored(TIME, "other"));
        all.add(new TurnPinned(TIME, "t1", true));
        all.add(new TurnPinned(TIME, "t1", false));
        all.add(new SummaryAdded(TIME, "t1", "They talked."));
        all.add(new MetadataSet(TIME, "title", Optional.of("")));
        all.add(new MetadataSet(TIME, "title", Optional.empty()));
        return List.copyOf(all);
    }

    private static List<String> texts() {
        StringBuilder controls = new StringBuilder();
        for (char c = 0; c < ' '; c++) {
            controls.append(c);
        }
        return List.of("", " ", "\n", "a\r\nb\rc\n", "Zürich 日本語 العربية", "\uD83D\uDE00\uD83D\uDC69\u200D\uD83D\uDCBB",
                "e\u0301\u00e9", controls.toString(), "\u007f\u0085\u2028\u2029\ufeff\uffff\udbff\udfff",
                "'\"`\\;--%s{}[]",
                "\\u0041\\n", "</s><|im_end|>", "null");
    }

    private static void equal(String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new AssertionError("%s: expected %s, found %s".formatted(what, expected, found));
        }
    }

    /** Compares long lists one by one, the order of the metadata too, to name the first that differs. */
    private static void same(String what, List<ConversationEntry> expected, List<ConversationEntry> found) {
        equal("number of " + what, expected.size(), found.size());
        for (int i = 0; i < expected.size(); i++) {
            if (!expected.get(i).equals(found.get(i)) || !keys(expected.get(i)).equals(keys(found.get(i)))) {
                throw new AssertionError("%s: entry %d, a %s, was not brought back as it was".formatted(what, i,
                        expected.get(i).getClass().getSimpleName()));
            }
        }
    }

    private static List<String> keys(ConversationEntry entry) {
        return entry instanceof TurnAdded added ? List.copyOf(added.turn().metadata().keySet()) : List.of();
    }

    private static void throwing(String what, Class<? extends RuntimeException> expected, Runnable call) {
        @Nullable RuntimeException found = null;
        try {
            call.run();
        } catch (RuntimeException e) {
            found = e;
        }
        if (found == null) {
            throw new AssertionError("%s: expected %s, found no exception".formatted(what, expected.getName()));
        }
        if (!expected.isInstance(found)) {
            throw new AssertionError("%s: expected %s, found %s".formatted(what, expected.getName(), found), found);
        }
    }

    @FunctionalInterface
    private interface Part<T> {
        T run(int number);
    }

    /** Runs something in several threads that begin at the same time. */
    private static <T> List<T> together(Part<T> part) {
        CyclicBarrier start = new CyclicBarrier(WRITERS);
        List<Future<T>> parts = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < WRITERS; i++) {
                int number = i;
                Callable<T> call = () -> {
                    start.await(LIMIT_SECONDS, TimeUnit.SECONDS);
                    return part.run(number);
                };
                parts.add(threads.submit(call));
            }
            return results(threads, parts);
        }
    }

    private static <T> List<T> results(ExecutorService threads, List<Future<T>> parts) {
        List<T> results = new ArrayList<>();
        try {
            for (Future<T> each : parts) {
                results.add(Objects.requireNonNull(each.get(LIMIT_SECONDS, TimeUnit.SECONDS)));
            }
            return results;
        } catch (TimeoutException e) {
            throw new AssertionError("several threads: expected them to be done within %d s, found them still at work"
                    .formatted(LIMIT_SECONDS), e);
        } catch (ExecutionException e) {
            throw new AssertionError("several threads: expected no exception, found " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while several threads were at work", e);
        } finally {
            threads.shutdownNow();
        }
    }
}
