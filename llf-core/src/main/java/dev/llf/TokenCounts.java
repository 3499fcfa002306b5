package dev.llf;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.ToolSpec;
import dev.llf.chat.Turn;
import dev.llf.conversation.History;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** How many tokens the turns of one conversation have in the prompt, each counted once. */
final class TokenCounts {

    /** What counting puts behind a turn, so that it is a prompt; counted without the turn as well. */
    private static final Message PROBE = Message.user(".");

    private final ChatModel model;
    private final List<Message> front;
    /** The tokens of a turn, and of it and all before it. */
    private final Map<String, Integer> turns = new ConcurrentHashMap<>();
    private final Map<String, Integer> histories = new ConcurrentHashMap<>();

    /** What was counted last for the front. */
    private volatile @Nullable Front counted;

    /**
     * The front of all prompts with these tools.
     *
     * @param tokens      what instructions and tools add to a prompt
     * @param probeTokens a prompt of the instructions and the probe, without tools
     */
    private record Front(List<ToolSpec> tools, int tokens, int probeTokens) {}

    TokenCounts(ChatModel model, Optional<String> system) {
        this.model = model;
        front = system.<List<Message>>map(text -> List.of(Message.system(text))).orElse(List.of());
    }

    /** Returns the tokens that a prompt has as the next of its session. */
    int of(List<Message> messages, List<ToolSpec> tools, String session) {
        return model.countTokens(ChatRequest.builder().messages(messages).tools(tools).session(session).build());
    }

    /** Returns the tokens of a prompt. */
    int of(List<Message> messages, List<ToolSpec> tools) {
        return model.countTokens(ChatRequest.builder().messages(messages).tools(tools).build());
    }

    /** Returns what instructions and tools add to any prompt. */
    int ofFront(List<ToolSpec> tools) {
        return front(tools).tokens;
    }

    private Front front(List<ToolSpec> tools) {
        Front known = counted;
        if (known == null || !known.tools.equals(tools)) {
            int probe = of(with(front, PROBE), List.of());
            int whole = tools.isEmpty() ? probe : of(with(front, PROBE), tools);
            known = new Front(tools, whole - of(List.of(PROBE), List.of()), probe);
            counted = known;
        }
        return known;
    }

    int of(Turn turn) {
        Integer known = turns.get(turn.id());
        int tokens = known == null ? count(turn) : known;
        if (known == null) {
            turns.put(turn.id(), tokens);
        }
        return tokens;
    }

    int of(History history) {
        Deque<Turn> uncounted = new ArrayDeque<>();
        int tokens = 0;
        for (Turn turn : history.newestFirst()) {
            Integer known = histories.get(turn.id());
            if (known != null) {
                tokens = known;
                break;
            }
            uncounted.push(turn);
        }
        for (Turn turn : uncounted) {
            tokens += of(turn);
            histories.put(turn.id(), tokens);
        }
        return tokens;
    }

    private int count(Turn turn) {
        List<Message> messages = new ArrayList<>(front);
        messages.addAll(turn.messages());
        Front known = counted;
        int without = known == null ? front(List.of()).probeTokens : known.probeTokens;
        return of(with(messages, PROBE), List.of()) - without;
    }

    private static List<Message> with(List<Message> messages, Message last) {
        List<Message> all = new ArrayList<>(messages);
        all.add(last);
        return all;
    }
}
