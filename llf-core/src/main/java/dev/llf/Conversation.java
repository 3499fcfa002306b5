package dev.llf;

import dev.llf.chat.Message;
import dev.llf.chat.Turn;
import dev.llf.chat.UserMessage;
import dev.llf.conversation.ConversationLog;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A talk with the model that remembers what was said.
 *
 * <p>Safe for use by many threads: one turn runs at a time, the others wait in the order in which they came. A turn is
 * whole or not there: if it fails, the log is as it was before.
 *
 * <p>There is nothing to close. Made by {@link Llf#conversation()}.
 */
public final class Conversation {

    private final Llf llf;
    private final ConversationLog log;
    private final String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    private final TurnQueue queue = new TurnQueue();

    Conversation(Llf llf, ConversationLog log) {
        this.llf = llf;
        this.log = log;
    }

    /**
     * Says something and waits for the answer.
     *
     * <p>An interrupt cancels the turn and stays pending; the text so far is the answer then. A turn that is cancelled,
     * or whose time is up, while it waits for earlier ones throws {@link dev.llf.error.CancelledException}.
     *
     * @param text what the user says
     * @return the reply, which is in the log by then
     * @throws dev.llf.error.LlfException if the turn failed; nothing of it is in the log then
     * @throws IllegalArgumentException   if the text has an unpaired surrogate
     * @throws IllegalStateException      if the {@link Llf} is closed, or a tool of a running turn sends to its own
     *                                    conversation, which could never answer; a tool that does so on a thread of its
     *                                    own is not recognised and waits until the turn is cancelled
     */
    public Reply send(String text) {
        TurnRun run = new TurnRun(llf.settings(), new UserMessage(text), TurnRun.Observer.NONE);
        enter(run);
        return execute(run);
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
        ReplyStream stream = new ReplyStream();
        TurnRun run = new TurnRun(llf.settings(), new UserMessage(text), stream.observer());
        stream.onCancel(run::cancel);
        enter(run);
        Thread.ofVirtual().name("llf-turn-" + id).start(() -> {
            try {
                stream.complete(execute(run));
            } catch (RuntimeException | Error e) {
                stream.fail(e);
            }
        });
        return stream;
    }

    private void enter(TurnRun run) {
        queue.join(run);
        llf.started(run);
    }

    private Reply execute(TurnRun run) {
        try {
            run.awaitTurn(queue);
            llf.settings(); // closed meanwhile?
            Reply reply = run.run(log.messages(), log.last().map(Turn::id), id);
            log.append(reply.turn());
            return reply;
        } finally {
            queue.leave(run);
            llf.ended(run);
        }
    }

    /** Cancels the turn that runs and all that wait. Does not wait itself. */
    public void cancel() {
        queue.turns().reversed().forEach(TurnRun::cancel); // none may begin when the one before it ends
    }

    /**
     * Begins a branch that holds the same turns; both go on independently.
     *
     * @return the branch, without the turn that may be running now
     */
    public Conversation fork() {
        return new Conversation(llf, log.fork());
    }

    /**
     * Returns what identifies the conversation.
     *
     * @return 16 hexadecimal digits
     */
    public String id() {
        return id;
    }

    /**
     * Returns the turns so far.
     *
     * @return oldest first; unmodifiable, a snapshot
     */
    public List<Turn> turns() {
        return log.turns();
    }

    /**
     * Returns the messages of all turns so far.
     *
     * @return oldest first; unmodifiable, a snapshot
     */
    public List<Message> messages() {
        return List.copyOf(log.messages());
    }
}
