package dev.llf.spi;

import java.util.List;

/**
 * Where conversations are kept. Implementations are safe for use by many threads; who opens a store closes it.
 *
 * <p>{@code dev.llf.testing.ConversationStoreContract} checks an implementation.
 */
public interface ConversationStore extends AutoCloseable {

    /**
     * Adds entries to a conversation, all or none. When this returns they survive the end of the process.
     *
     * @param conversation identifies the conversation, 1 to 64 letters, digits, {@code _} or {@code -}; begun if it is new
     * @param revision     how many entries the caller knows the conversation to have
     * @param entries      what happened, in order, at least one
     * @throws dev.llf.error.StorageException if the conversation has another number of entries, so that somebody else wrote
     *                                        to it, or the entries could not be written; none of them is there then
     * @throws IllegalArgumentException       if the id has another form or there is no entry
     * @throws IllegalStateException          if the store is closed
     */
    void append(String conversation, long revision, List<ConversationEntry> entries);

    /**
     * Reads a conversation.
     *
     * @param conversation identifies it
     * @return all its entries in order; empty if there is no such conversation
     * @throws dev.llf.error.StorageException if it cannot be read
     * @throws IllegalArgumentException       if the id has another form
     * @throws IllegalStateException          if the store is closed
     */
    List<ConversationEntry> read(String conversation);

    /**
     * Lists the conversations.
     *
     * @return their ids in alphabetical order; a snapshot
     * @throws dev.llf.error.StorageException if they cannot be listed
     * @throws IllegalStateException          if the store is closed
     */
    List<String> conversations();

    /**
     * Deletes a conversation for good.
     *
     * @param conversation identifies it
     * @return whether there was one
     * @throws dev.llf.error.StorageException if it cannot be deleted
     * @throws IllegalArgumentException       if the id has another form
     * @throws IllegalStateException          if the store is closed
     */
    boolean delete(String conversation);

    /** Closes the store; later calls throw. Idempotent. */
    @Override
    void close();
}
