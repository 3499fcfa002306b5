package dev.llf.conversation;

import java.util.Optional;

/**
 * A named branch of a conversation.
 *
 * @param name  its name
 * @param head  the id of the turn with which it ends; empty if it has none
 * @param turns how many turns it has from the first to its last
 */
public record Branch(String name, Optional<String> head, int turns) {}
