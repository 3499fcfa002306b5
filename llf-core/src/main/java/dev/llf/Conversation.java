package dev.llf;

import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.Priority;
import dev.llf.chat.ToolSpec;
import dev.llf.chat.Transcript;
import dev.llf.chat.Turn;
import dev.llf.chat.Usage;
import dev.llf.chat.UserMessage;
import dev.llf.chat.WellFormed;
import dev.llf.conversation.ContextPlan;
import dev.llf.conversation.ConversationException;
import dev.llf.conversation.ConversationTree;
import dev.llf.conversation.History;
import dev.llf.spi.ToolBox;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * A talk with the model that remembers what was said.
 *
 * <p>It goes on at the end of one branch of a {@linkplain #tree() tree}, which keeps whatever was said on any branch: what
 * is undone, asked again or left aside remains there.
 *
 * <p>Safe for use by many threads: on a branch one turn runs at a time, the others wait in the order in which they came. A
 * turn is whole or not there: if it fails, the branch is as it was before.
 *
 * <p>There is nothing to close. Made by {@link Llf#conversation()}.
 */
public final class Conversation {

    /** Under which key the metadata of a turn made by {@link MergeStrategy#SUMMARY} hold the last turn that it covers. */
    public static final String SUMMARY_OF = "summaryOf";

    private static final String MERGED = "Notes from another branch of this conversation:\n";
    private static final String NOTED = "Okay, I will remember that.";
    private static final int MERGED_TOKENS = 256;

    private final Llf llf;
    private final OpenConversation open;
    private final ConversationTree tree;
    private final String branch;
    private final TurnQueue queue;
    private final TurnOptions options;

    Conversation(Llf llf, OpenConversation open, String branch, TurnOptions options) {
        this.llf = llf;
        this.open = open;
        this.branch = branch;
        this.options = options;
        tree = open.tree();
        queue = open.queue(branch);
    }

    void begin(Transcript transcript) {
        queue.alone(() -> {
            tree.begin(transcript);
            return transcript;
        });
    }

    /**
     * Says something and waits for the answer.
     *
     * <p>An interrupt cancels the turn and stays pending; the text so far is the answer then. A turn that is cancelled,
     * or whose time is up, while it waits for earlier ones or for a model to be loaded throws
     * {@link dev.llf.error.CancelledException}.
     *
     * @param text what the user says
     * @return the reply, which is in the log by then
     * @throws dev.llf.error.ContextOverflowException if the text alone does not fit the model's context
     * @throws dev.llf.error.LlfException             if the turn failed; nothing of it is in the log then
     * @throws IllegalArgumentException               if the text has an unpaired surrogate
     * @throws IllegalStateException                  if the {@link Llf} is closed, or a tool of a running turn sends to
     *                                                its own conversation, which could never answer; a tool that does so
     *                                                on a thread of its own is not recognised and waits until the turn
     *                                                is cancelled
     */
    public Reply send(String text) {
        return run(saying(text));
    }

    /**
     * Says something and returns at once; the turn runs by itself on a virtual thread.
     *
     * @param text what the user says
     * @return the running turn; the caller closes it, which cancels it if it still runs
     * @throws IllegalArgumentException if the text has an unpaired surrogate
     * @throws IllegalStateException    if the {@link Llf} is closed, or a tool of a running turn streams from its own
     *                                  conversation
     */
    public ReplyStream stream(String text) {
        return start(saying(text));
    }

    /**
     * Asks the last question again. The earlier answer remains in the tree, beside the new one.
     *
     * @return the reply, as of {@link #send}
     * @throws ConversationException      if nothing was said yet
     * @throws dev.llf.error.LlfException if the turn failed; the branch is as before then
     * @throws IllegalStateException      as for {@link #send}
     */
    public Reply regenerate() {
        return run(this::again);
    }

    /**
     * Asks the last question again and returns at once, as {@link #stream} does.
     *
     * @return the running turn; fails with a {@link ConversationException} if nothing was said yet
     * @throws IllegalStateException as for {@link #stream}
     */
    public ReplyStream regenerateStream() {
        return start(this::again);
    }

    private Function<History, TurnRun.Opening> saying(String text) {
        UserMessage question = new UserMessage(text);
        return history -> new TurnRun.Opening(history, question);
    }

    private TurnRun.Opening again(History history) {
        Turn last = history.last().orElseThrow(
                () -> new ConversationException("Nothing was said on branch %s yet.".formatted(branch)));
        return new TurnRun.Opening(history.first(history.size() - 1), last.question());
    }

    private Reply run(Function<History, TurnRun.Opening> opening) {
        TurnRun run = entered(TurnRun.Observer.NONE);
        return execute(run, opening);
    }

    private ReplyStream start(Function<History, TurnRun.Opening> opening) {
        ReplyStream stream = new ReplyStream(id());
        TurnRun run = entered(stream.observer());
        stream.onCancel(run::cancel);
        Thread.ofVirtual().name("llf-turn-" + id()).start(() -> {
            try {
                stream.complete(execute(run, opening));
            } catch (RuntimeException | Error e) {
                stream.fail(e);
            }
        });
        return stream;
    }

    /** Returns a turn that has its place in line. */
    private TurnRun entered(TurnRun.Observer observer) {
        TurnSettings settings = llf.settings();
        TurnEvents.Place place = new TurnEvents.Place(id(), branch, ConversationTree.randomId(), options.tenant());
        TurnRun run = new TurnRun(settings, options, new TurnEvents(settings.listeners(), settings.clock(), place),
                observer);
        llf.started(run);
        try {
            queue.join(run);
        } catch (RuntimeException e) {
            llf.ended(run);
            throw e;
        }
        return run;
    }

    private Reply execute(TurnRun run, Function<History, TurnRun.Opening> opening) {
        LogContext log = LogContext.enter(run.place());
        try {
            run.queued();
            run.awaitTurn(queue);
            llf.checkOpen(); // closed meanwhile?
            History history = history();
            Reply reply = run.run(opening.apply(history), open, branch);
            tree.add(branch, history.last().map(Turn::id), reply.turn());
            run.kept(reply);
            return reply;
        } catch (RuntimeException | Error e) {
            run.failed(e);
            throw e;
        } finally {
            queue.leave(run);
            llf.ended(run);
            log.leave();
        }
    }

    /** Cancels the turn that runs and all that wait. Does not wait itself. */
    public void cancel() {
        queue.places().reversed().forEach(TurnQueue.Place::cancel); // none may begin when the one before it ends
    }

    /**
     * Tells what the prompt would consist of if this were said now, without saying it. If the window summarises earlier
     * turns, the model may be asked for the summary, which is kept.
     *
     * @param text what the user would say
     * @return the plan, exact
     * @throws dev.llf.error.ContextOverflowException if the text alone does not fit the model's context
     * @throws dev.llf.error.LlfException             if the prompt cannot be made
     * @throws IllegalArgumentException               if the text has an unpaired surrogate
     * @throws IllegalStateException                  if the {@link Llf} is closed
     */
    public ContextPlan plan(String text) {
        Answering answering = answering(text);
        List<ToolSpec> tools = answering.settings.tools().map(ToolBox::specs).orElse(List.of());
        UserMessage question = new UserMessage(text);
        return answering.composer.plan(history(), List.of(question), tools, open.session(branch),
                answering.settings::ask);
    }

    /** The model that would answer now, with what is particular to it. */
    private record Answering(TurnSettings settings, PromptComposer composer) {}

    private Answering answering(String text) {
        TurnSettings settings = llf.settings();
        Selection.Answerer first = settings.models().select(options, text).answerers().getFirst();
        TurnSettings own = settings.with(first.model());
        return new Answering(own, open.composer(own, first.name()));
    }

    // Who answers whom

    /**
     * Returns this conversation with another model answering from now on. What was said before is put into the other
     * model's words, counted with its vocabulary, and trimmed to its context by the window; the plan tells what is left
     * out.
     *
     * @param name the name of a model of the {@link Llf}
     * @return the same conversation on the same branch; this object goes on with the model it had
     * @throws dev.llf.error.ConfigurationException if there is no such chat model
     * @throws IllegalStateException                if the {@link Llf} is closed
     */
    public Conversation withModel(String name) {
        llf.settings().models().check(name);
        return with(options.withModel(name));
    }

    /**
     * Returns this conversation on behalf of somebody who shares the models fairly with others.
     *
     * @param tenant such as a user or a customer, not blank
     * @return the same conversation on the same branch; this object goes on without
     * @throws IllegalArgumentException if it is blank
     */
    public Conversation forTenant(String tenant) {
        return with(options.withTenant(WellFormed.name(tenant, "tenant")));
    }

    /**
     * Returns this conversation with another priority among what waits for a model.
     *
     * @param priority the priority; {@link Priority#NORMAL} unless set
     * @return the same conversation on the same branch; this object goes on with the priority it had
     */
    public Conversation withPriority(Priority priority) {
        return with(options.withPriority(Objects.requireNonNull(priority, "priority")));
    }

    private Conversation with(TurnOptions other) {
        return new Conversation(llf, open, branch, other);
    }

    // Branches

    /**
     * Begins a branch that has the same turns; both go on independently.
     *
     * @return the branch, under a name of its own, without the turn that may be running now
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public Conversation fork() {
        return fork("fork-" + ConversationTree.randomId());
    }

    /**
     * Begins a branch that has the same turns; both go on independently.
     *
     * @param name its name, 1 to 64 letters, digits, {@code _} or {@code -}
     * @return the branch, without the turn that may be running now
     * @throws ConversationException          if there is such a branch already
     * @throws IllegalArgumentException       if the name has another form
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public Conversation fork(String name) {
        return fork(name, branch);
    }

    /**
     * Begins a branch that goes on from any turn.
     *
     * @param name its name, 1 to 64 letters, digits, {@code _} or {@code -}
     * @param turn the id of a turn or its beginning, or the name of a branch
     * @return the branch
     * @throws ConversationException          if there is such a branch already, or no such turn
     * @throws IllegalArgumentException       if the name has another form
     * @throws dev.llf.error.StorageException if it could not be stored
     */
    public Conversation fork(String name, String turn) {
        tree.createBranch(name, turn);
        return new Conversation(llf, open, name, options);
    }

    /**
     * Returns another branch.
     *
     * @param name its name
     * @return the conversation on that branch
     * @throws ConversationException if there is no such branch
     */
    public Conversation branch(String name) {
        if (tree.branches().stream().noneMatch(other -> other.name().equals(name))) {
            throw new ConversationException("Conversation %s has no branch %s.".formatted(id(), name));
        }
        return new Conversation(llf, open, name, options);
    }

    /**
     * Goes on from another turn; later ones of this branch remain in the tree. Waits for a turn that runs.
     *
     * @param turn the id of a turn or its beginning, or the name of a branch
     * @throws ConversationException            if there is no such turn, or more than one
     * @throws dev.llf.error.CancelledException if it was cancelled while it waited
     * @throws dev.llf.error.StorageException   if it could not be stored
     */
    public void checkout(String turn) {
        queue.alone(() -> {
            tree.move(branch, turn);
            return turn;
        });
    }

    /**
     * Takes the last turns back; they remain in the tree. Waits for a turn that runs.
     *
     * @param turns how many, at least 1
     * @throws ConversationException            if there are fewer
     * @throws IllegalArgumentException         if it is less than 1
     * @throws dev.llf.error.CancelledException if it was cancelled while it waited
     * @throws dev.llf.error.StorageException   if it could not be stored
     */
    public void rewind(int turns) {
        queue.alone(() -> {
            tree.rewind(branch, turns);
            return turns;
        });
    }

    /**
     * Takes the last turn back, if there is one; {@link #redo} brings it back. Waits for a turn that runs.
     *
     * @return whether there was one
     * @throws dev.llf.error.CancelledException if it was cancelled while it waited
     * @throws dev.llf.error.StorageException   if it could not be stored
     */
    public boolean undo() {
        return queue.alone(() -> tree.undo(branch));
    }

    /**
     * Brings back the turn that was taken back last, if there is one. Waits for a turn that runs.
     *
     * @return whether there was one
     * @throws dev.llf.error.CancelledException if it was cancelled while it waited
     * @throws dev.llf.error.StorageException   if it could not be stored
     */
    public boolean redo() {
        return queue.alone(() -> tree.redo(branch));
    }

    /**
     * Brings here what another branch has since the two parted. Neither loses anything. Waits for a turn that runs.
     *
     * @param other    the id of a turn or its beginning, or the name of a branch
     * @param strategy how
     * @return the new turns at the end of this branch; empty if the other has nothing new
     * @throws ConversationException            if there is no such turn, or more than one
     * @throws dev.llf.error.CancelledException if it was cancelled while it waited
     * @throws dev.llf.error.LlfException       if the model could not summarise, or the turns could not be stored
     */
    public List<Turn> merge(String other, MergeStrategy strategy) {
        return queue.alone(() -> switch (strategy) {
            case TURNS -> tree.merge(branch, other);
            case SUMMARY -> mergeSummary(other);
        });
    }

    private List<Turn> mergeSummary(String other) {
        List<Turn> turns = tree.compare(branch, other).onlyInB();
        if (turns.isEmpty()) {
            return List.of();
        }
        Answering answering = answering(MERGED);
        TurnSettings settings = answering.settings;
        int most = Math.min(MERGED_TOKENS, settings.model().info().contextTokens() / 8);
        String text = answering.composer.summarize(turns, most, settings::ask);
        Optional<String> head = history().last().map(Turn::id);
        Turn note = new Turn(ConversationTree.randomId(), head, settings.clock().instant(),
                List.of(Message.user(MERGED + text), Message.assistant(NOTED)), FinishReason.STOP, Usage.NONE,
                settings.model().info().name(), Map.of(SUMMARY_OF, turns.getLast().id()));
        tree.add(branch, head, note);
        return List.of(note);
    }

    /**
     * Copies turns of any branch to the end of this one. Waits for a turn that runs.
     *
     * @param turns ids of turns or their beginnings, in the order in which they are to stand
     * @return the copies
     * @throws ConversationException            if there is no such turn, or more than one
     * @throws dev.llf.error.CancelledException if it was cancelled while it waited
     * @throws dev.llf.error.StorageException   if they could not be stored; none is copied then
     */
    public List<Turn> cherryPick(String... turns) {
        return queue.alone(() -> tree.copy(branch, List.of(turns)));
    }

    // Reading

    /**
     * Returns what identifies the conversation.
     *
     * @return its id, the same for all its branches; 16 hexadecimal digits unless the host chose it
     */
    public String id() {
        return tree.id();
    }

    /**
     * Returns the branch at whose end this goes on.
     *
     * @return its name
     */
    public String branch() {
        return branch;
    }

    /**
     * Returns all that was said on all branches, with what can be done besides talking: compare, pin, delete and restore
     * branches, note metadata, count.
     *
     * @return the tree; moving this conversation's branch there does not wait for a turn that runs, which then fails
     */
    public ConversationTree tree() {
        return tree;
    }

    /**
     * Returns what was said on this branch.
     *
     * @return a snapshot, which costs nothing to take
     */
    public History history() {
        return tree.history(branch);
    }

    /**
     * Returns the turns so far.
     *
     * @return oldest first; unmodifiable, a snapshot
     */
    public List<Turn> turns() {
        return history().turns();
    }

    /**
     * Returns the messages of all turns so far.
     *
     * @return oldest first; unmodifiable, a snapshot
     */
    public List<Message> messages() {
        List<Message> messages = new ArrayList<>();
        turns().forEach(turn -> messages.addAll(turn.messages()));
        return List.copyOf(messages);
    }

    /**
     * Returns this branch as it is read, searched and exported.
     *
     * @return a snapshot, with the instructions of this {@link Llf}
     */
    public Transcript transcript() {
        return tree.transcript(branch, llf.systemText());
    }
}
