package dev.llf.conversation;

import dev.llf.chat.Turn;
import dev.llf.conversation.store.JsonLinesConversationStore;
import dev.llf.conversation.store.MemoryConversationStore;
import dev.llf.spi.ConversationStore;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.llf.conversation.ConversationTree.MAIN;
import static dev.llf.conversation.Turns.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Whatever is done to a tree, it agrees with a plain list of what was said on each branch, before and after reopening. */
@Timeout(120)
class ConversationTreePropertyTest {

    private static final int OPERATIONS = 1000;

    /** For each branch the ids of its turns. */
    private final Map<String, List<String>> branches = new LinkedHashMap<>();
    private final Map<String, List<String>> deleted = new LinkedHashMap<>();
    private final Map<String, Turn> turns = new HashMap<>();
    private final Set<String> pinned = new HashSet<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithWhatWasSaid(long seed) {
        try (MemoryConversationStore store = new MemoryConversationStore()) {
            operate(seed, store);
            check(reopen(store));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void agreesWithWhatWasSaidAfterEachReopening(long seed, @TempDir Path directory) {
        try (JsonLinesConversationStore store = JsonLinesConversationStore.open(directory)) {
            operate(seed, store);
            check(reopen(store));
        }
        JsonLinesConversationStore.compact(directory, "talk");
        try (JsonLinesConversationStore store = JsonLinesConversationStore.open(directory)) {
            check(reopen(store));
        }
    }

    private static ConversationTree reopen(ConversationStore store) {
        return ConversationTree.open("talk", store, Clock.systemUTC());
    }

    private void operate(long seed, ConversationStore store) {
        Random random = new Random(seed);
        branches.put(MAIN, List.of());
        ConversationTree tree = reopen(store);
        for (int i = 0; i < OPERATIONS; i++) {
            if (random.nextInt(100) == 0) {
                tree = reopen(store);
            }
            step(tree, random, i);
            check(tree);
        }
        assertThat(turns).hasSizeGreaterThan(OPERATIONS / 4);
        assertThat(branches.size() + deleted.size()).isGreaterThan(10);
    }

    private static <T> T any(Random random, Iterable<T> of) {
        List<T> all = new ArrayList<>();
        of.forEach(all::add);
        return all.get(random.nextInt(all.size()));
    }

    private void step(ConversationTree tree, Random random, int i) {
        String branch = any(random, branches.keySet());
        List<String> path = branches.get(branch);
        switch (random.nextInt(12)) {
            case 0, 1, 2, 3 -> say(tree, branch, "t" + i, path);
            case 4 -> {
                int shorter = path.isEmpty() ? 0 : path.size() - 1;
                assertThat(tree.undo(branch)).isEqualTo(!path.isEmpty());
                branches.put(branch, path.subList(0, shorter));
                if (!path.isEmpty() && random.nextBoolean()) {
                    assertThat(tree.redo(branch)).as("redo follows undo").isTrue();
                    branches.put(branch, path);
                }
            }
            case 5 -> {
                if (path.size() > 1) {
                    int count = 1 + random.nextInt(path.size() - 1);
                    tree.rewind(branch, count);
                    branches.put(branch, path.subList(0, path.size() - count));
                    say(tree, branch, "s" + i, branches.get(branch));
                }
            }
            case 6 -> {
                String from = any(random, branches.keySet());
                if (random.nextInt(10) == 0) {
                    tree.createBranch("b" + i);
                    branches.put("b" + i, List.of());
                } else {
                    tree.createBranch("b" + i, from);
                    branches.put("b" + i, branches.get(from));
                }
            }
            case 7 -> {
                if (!turns.isEmpty()) {
                    String to = any(random, turns.keySet());
                    tree.move(branch, to);
                    branches.put(branch, pathOf(to));
                }
            }
            case 8 -> {
                List<String> other = branches.get(any(random, branches.keySet()));
                List<Turn> copies = other.isEmpty() ? List.of()
                        : tree.copy(branch, List.of(other.getLast(), other.getFirst()));
                added(branch, copies);
            }
            case 9 -> {
                String other = any(random, branches.keySet());
                if (branches.get(other).size() < 40) {
                    added(branch, tree.merge(branch, other));
                }
            }
            case 10 -> deleteOrRestore(tree, random, branch);
            default -> {
                if (!path.isEmpty()) {
                    tree.pin(path.getFirst());
                    pinned.add(path.getFirst());
                }
                assertThatExceptionOfType(ConversationException.class).isThrownBy(() -> tree.move(branch, "unknown"));
            }
        }
    }

    private void say(ConversationTree tree, String branch, String id, List<String> path) {
        Turn turn = Turns.turn(id, path.isEmpty() ? Optional.empty() : Optional.of(path.getLast()));
        tree.add(branch, turn.parent(), turn);
        added(branch, List.of(turn));
    }

    private void added(String branch, List<Turn> added) {
        List<String> path = new ArrayList<>(branches.get(branch));
        for (Turn turn : added) {
            assertThat(turns.put(turn.id(), turn)).isNull();
            path.add(turn.id());
        }
        branches.put(branch, path);
    }

    private List<String> pathOf(String id) {
        List<String> path = new ArrayList<>();
        for (Optional<String> at = Optional.of(id); at.isPresent(); at = turns.get(at.get()).parent()) {
            path.addFirst(at.get());
        }
        return path;
    }

    private void deleteOrRestore(ConversationTree tree, Random random, String branch) {
        if (!branch.equals(MAIN) && random.nextBoolean()) {
            tree.deleteBranch(branch);
            deleted.put(branch, branches.remove(branch));
        } else if (!deleted.isEmpty()) {
            String back = any(random, deleted.keySet());
            tree.restoreBranch(back);
            branches.put(back, deleted.remove(back));
        }
    }

    private void check(ConversationTree tree) {
        assertThat(tree.branches()).extracting(Branch::name).containsExactlyInAnyOrderElementsOf(branches.keySet());
        assertThat(tree.deletedBranches()).extracting(Branch::name)
                .containsExactlyInAnyOrderElementsOf(deleted.keySet());
        branches.forEach((name, path) -> assertThat(ids(tree.history(name))).isEqualTo(path));
        assertThat(tree.statistics().turns()).isEqualTo(turns.size());
        assertThat(tree.pinned()).isEqualTo(pinned);
        int children = tree.beginnings().size();
        for (Turn turn : turns.values()) {
            children += tree.following(turn.id()).size();
        }
        assertThat(children).as("every turn follows exactly one").isEqualTo(turns.size());
        for (Turn turn : turns.values()) {
            assertThat(tree.history(turn.id()).last()).contains(turn);
        }
    }
}
