/**
 * The vocabulary of talking to a model: messages, requests, events, responses.
 *
 * <p>Start at {@link dev.llf.chat.ChatModel} and {@link dev.llf.chat.ChatRequest}. Every other package speaks these types.
 *
 * <p>All values are immutable and safe to share between threads. Text must be well-formed Unicode: a string with an
 * unpaired surrogate is refused where it enters, because no model could be given exactly that text.
 */
@NullMarked
package dev.llf.chat;

import org.jspecify.annotations.NullMarked;
