package dev.llf;

import dev.llf.chat.Message;
import dev.llf.chat.ToolSpec;
import dev.llf.chat.Turn;
import dev.llf.conversation.ContextPlan;
import dev.llf.conversation.ContextPlan.Part;
import dev.llf.conversation.ConversationTree;
import dev.llf.conversation.History;
import dev.llf.conversation.Omission;
import dev.llf.conversation.Room;
import dev.llf.conversation.Summary;
import dev.llf.conversation.Window.View;
import dev.llf.error.ContextOverflowException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Puts together what the model sees, so that it fits: instructions and tools, as much of the past as the window shows, and
 * what is said in this turn. One per conversation; safe for use by many threads.
 */
final class PromptComposer {

    private static final String SUMMARY = "Summary of the conversation so far:\n";
    /** The part of the context that the window leaves free for questions; one that needs more makes the window smaller. */
    private static final int QUESTION_SHARE = 8;
    /** Less room than this is none. */
    private static final int LEAST_ROOM = 16;
    /** The part of the context by which the sum of turns may differ from the count of the whole prompt. */
    private static final int MARGIN_SHARE = 16;
    /** What an engine needs besides the prompt for one token of an answer. */
    private static final int LEAST_ANSWER = 3;

    private static final View NOTHING = new View(List.of(), Optional.empty(), Omission.Reason.TOKENS);

    private static final Map<Part, Integer> NO_PARTS = Arrays.stream(Part.values())
            .collect(Collectors.toMap(part -> part, part -> 0, Integer::sum, () -> new EnumMap<>(Part.class)));

    private final TurnSettings settings;
    private final ConversationTree tree;
    private final TokenCounts counts;
    private final int contextTokens;

    /**
     * A prompt that fits, and what it consists of.
     *
     * @param counted whether the plan counts the whole prompt; else it adds up the turns, each counted before
     */
    record Composed(List<Message> messages, ContextPlan plan, boolean counted) {

        /** Returns the plan of the prompt, now that its tokens are known. */
        ContextPlan planOf(int promptTokens) {
            int difference = promptTokens - plan.promptTokens();
            if (difference == 0) {
                return plan;
            }
            Map<Part, Integer> parts = new EnumMap<>(plan.tokens());
            parts.put(Part.HISTORY, Math.max(0, plan.tokens(Part.HISTORY) + difference));
            return new ContextPlan(plan.contextTokens(), parts, plan.omission());
        }
    }

    PromptComposer(TurnSettings settings, ConversationTree tree) {
        this.settings = settings;
        this.tree = tree;
        counts = new TokenCounts(settings.model(), settings.system());
        contextTokens = settings.model().info().contextTokens();
    }

    /**
     * Returns the prompt.
     *
     * @param history what was said before
     * @param now     what was said in this turn
     * @param session the key by which the model finds the branch's earlier prompts
     * @throws ContextOverflowException if it does not fit even without the past
     */
    Composed compose(History history, List<Message> now, List<ToolSpec> tools, String session, Asker asker) {
        List<Message> bareMessages = messages(NOTHING, now);
        int bare = counts.of(bareMessages, tools);
        Map<Part, Integer> parts = parts(bare, bareMessages, now, tools);
        int room = history.size() == 0 ? 0 : room(tools);
        while (room > 0) {
            View view = settings.window().view(history, new Space(room, asker));
            if (view.turns().isEmpty() && view.summary().isEmpty()) {
                break;
            }
            List<Message> messages = messages(view, now);
            int sum = bare + sum(view.turns());
            boolean sure = view.summary().isEmpty() && sum + contextTokens / MARGIN_SHARE <= mostTokens();
            int tokens = sure ? sum : counts.of(messages, tools, session);
            if (tokens <= mostTokens()) {
                return new Composed(messages, plan(parts, tokens - bare, tokens, omission(history, view)), !sure);
            }
            room = room / 2 < LEAST_ROOM ? 0 : room / 2;
        }
        if (bare + leastAnswer() > contextTokens) {
            throw new ContextOverflowException(bare, leastAnswer(), contextTokens);
        }
        return new Composed(bareMessages, plan(parts, 0, bare, omission(history, NOTHING)), true);
    }

    /** Tells what the prompt would consist of; see {@link #compose}. */
    ContextPlan plan(History history, List<Message> now, List<ToolSpec> tools, String session, Asker asker) {
        Composed prompt = compose(history, now, tools, session, asker);
        return prompt.counted ? prompt.plan : prompt.planOf(counts.of(prompt.messages, tools, session));
    }

    /** Returns how many tokens a prompt may have while there is history that could give way. */
    private int mostTokens() {
        return contextTokens - settings.reserved();
    }

    /** Far below the limit the sum of the turns is as good as the count of the whole prompt. */
    private int sum(List<Turn> turns) {
        int tokens = 0;
        for (Turn turn : turns) {
            tokens += counts.of(turn);
        }
        return tokens;
    }

    /** What is reserved on demand is kept; otherwise an answer that is cut short is better than none. */
    private int leastAnswer() {
        return settings.answerTokens().orElse(LEAST_ANSWER);
    }

    /** How much there is for the past; the same for all turns, since the window shall not move with every question. */
    private int room(List<ToolSpec> tools) {
        return Math.max(0, mostTokens() - counts.ofFront(tools) - contextTokens / QUESTION_SHARE);
    }

    private List<Message> messages(View view, List<Message> now) {
        List<Message> messages = new ArrayList<>();
        system(view.summary()).ifPresent(text -> messages.add(Message.system(text)));
        for (Turn turn : view.turns()) {
            messages.addAll(turn.messages());
        }
        messages.addAll(now);
        return messages;
    }

    private Optional<String> system(Optional<String> summary) {
        Optional<String> note = summary.map(text -> SUMMARY + text);
        return settings.system().map(text -> note.map(more -> text + "\n\n" + more).orElse(text)).or(() -> note);
    }

    /** Tells what the tokens of a prompt without the past consist of. */
    private Map<Part, Integer> parts(int tokens, List<Message> bare, List<Message> now, List<ToolSpec> tools) {
        Map<Part, Integer> parts = new EnumMap<>(NO_PARTS);
        int left = tokens;
        if (!tools.isEmpty()) {
            left = take(parts, Part.TOOLS, left, counts.of(bare, List.of()));
        }
        if (settings.system().isPresent()) {
            left = take(parts, Part.SYSTEM, left, counts.of(now, List.of()));
        }
        parts.put(Part.QUESTION, left);
        return parts;
    }

    private ContextPlan plan(Map<Part, Integer> parts, int history, int tokens, Optional<Omission> omission) {
        parts.put(Part.HISTORY, Math.max(0, history));
        parts.put(Part.ANSWER, Math.min(settings.reserved(), contextTokens - tokens));
        return new ContextPlan(contextTokens, parts, omission);
    }

    /** Gives a part what the prompt has more than without it; a template may even have less with it. */
    private static int take(Map<Part, Integer> parts, Part part, int tokens, int without) {
        parts.put(part, Math.max(0, tokens - without));
        return Math.min(tokens, without);
    }

    private static Optional<Omission> omission(History history, View view) {
        int turns = history.size() - view.turns().size();
        if (turns <= 0) {
            return Optional.empty();
        }
        Set<String> shown = new HashSet<>();
        view.turns().forEach(turn -> shown.add(turn.id()));
        for (Turn turn : history.newestFirst()) {
            if (!shown.contains(turn.id())) {
                return Optional.of(new Omission(turns, turn.id(), view.reason()));
            }
        }
        return Optional.empty();
    }

    /** Has the model summarise turns that are no part of the prompt. */
    String summarize(List<Turn> turns, int maxTokens, Asker asker) {
        return summarizer(asker).summarize(Optional.empty(), turns, maxTokens);
    }

    private Summarizer summarizer(Asker asker) {
        return new Summarizer(asker, messages -> counts.of(messages, List.of()), contextTokens);
    }

    /** What a window may fill. */
    private final class Space implements Room {

        private final int tokens;
        private final Asker asker;

        Space(int tokens, Asker asker) {
            this.tokens = tokens;
            this.asker = asker;
        }

        @Override
        public int tokens() {
            return tokens;
        }

        @Override
        public int tokens(Turn turn) {
            return counts.of(turn);
        }

        @Override
        public int tokens(History history) {
            return counts.of(history);
        }

        @Override
        public Set<String> pinned() {
            return tree.pinned();
        }

        @Override
        public Optional<Summary> summary(History history) {
            return tree.summary(history);
        }

        @Override
        public Summary summarize(History history, Optional<Summary> earlier, int maxTokens) {
            int read = earlier.map(Summary::turns).orElse(0);
            String text = summarizer(asker).summarize(earlier.map(Summary::text),
                    history.last(history.size() - read), maxTokens);
            tree.addSummary(history.last().orElseThrow().id(), text);
            return new Summary(history.size(), text);
        }
    }
}
