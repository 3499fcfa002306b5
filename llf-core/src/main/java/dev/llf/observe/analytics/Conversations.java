package dev.llf.observe.analytics;

import dev.llf.observe.analytics.AnalyticsEvent.Origin;
import java.util.Optional;

/**
 * Counts the turns of conversations in at most 24 MB. Conversations are told apart by 64 bits of hash, so that of a million
 * two are mistaken for one with a chance below 1 in 10 million. Once there are as many as can be held, turns of further ones
 * are passed over.
 */
final class Conversations {

    static final int MAX = 1_000_000;

    private final int limit;
    private long[] keys = new long[1024];
    private int[] turns = new int[1024];
    private int size;
    private boolean complete = true;
    private long counted;
    private int most;

    Conversations(int limit) {
        this.limit = limit;
    }

    void add(Origin origin) {
        long key = hash(origin.conversation(), hash(origin.tenant()));
        int place = place(key);
        if (turns[place] == 0) {
            if (size == limit) {
                complete = false;
                return;
            }
            if (++size > keys.length / 2) {
                grow();
                place = place(key);
            }
            keys[place] = key;
        }
        most = Math.max(most, ++turns[place]);
        counted++;
    }

    int size() {
        return size;
    }

    boolean isComplete() {
        return complete;
    }

    int mostTurns() {
        return most;
    }

    double meanTurns() {
        return size == 0 ? 0 : (double) counted / size;
    }

    private int place(long key) {
        int place = (int) (key >>> 32) & (keys.length - 1);
        while (turns[place] != 0 && keys[place] != key) {
            place = (place + 1) & (keys.length - 1);
        }
        return place;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldTurns = turns;
        keys = new long[2 * oldKeys.length];
        turns = new int[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldTurns[i] > 0) {
                int place = place(oldKeys[i]);
                keys[place] = oldKeys[i];
                turns[place] = oldTurns[i];
            }
        }
    }

    private static long hash(Optional<String> tenant) {
        return tenant.map(name -> hash(name, 1)).orElse(0L);
    }

    private static long hash(String text, long seed) {
        long hash = seed;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        hash = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
        return hash ^ (hash >>> 31);
    }
}
