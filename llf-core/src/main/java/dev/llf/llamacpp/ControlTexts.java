package dev.llf.llamacpp;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The texts that the tokenizer turns into control tokens, as a trie.
 *
 * <p>The engine's tokenizer knows no plain text: it looks for control tokens in everything. So foreign text is handed to
 * it in pieces, cut inside each such text.
 */
final class ControlTexts {

    private static final char WORD_JOINER = '\u2060';

    private final Node root = new Node();

    /** One character deeper. */
    private static final class Node {
        private final Map<Character, Node> next = new HashMap<>();
        private boolean ends;
    }

    ControlTexts(Collection<String> texts) {
        for (String text : texts) {
            if (!text.isEmpty()) {
                add(text);
            }
        }
    }

    private void add(String text) {
        Node node = root;
        for (int i = 0; i < text.length(); i++) {
            node = node.next.computeIfAbsent(text.charAt(i), c -> new Node());
        }
        node.ends = true;
    }

    /** Returns where the longest control text that starts at {@code start} ends, or -1 if none starts there. */
    int longestEnd(CharSequence text, int start) {
        int end = -1;
        Node node = root;
        for (int i = start; i < text.length(); i++) {
            node = node.next.get(text.charAt(i));
            if (node == null) {
                break;
            }
            if (node.ends) {
                end = i + 1;
            }
        }
        return end;
    }

    /**
     * Returns the text with an invisible character inside every control text, for calls that take no token ids.
     */
    String defuse(String text) {
        StringBuilder result = new StringBuilder(text.length());
        int next;
        for (int i = 0; i < text.length(); i = next) {
            int character = text.codePointAt(i);
            next = i + Character.charCount(character);
            result.appendCodePoint(character);
            if (longestEnd(text, i) > next) {
                result.append(WORD_JOINER);
            }
        }
        return result.toString();
    }
}
