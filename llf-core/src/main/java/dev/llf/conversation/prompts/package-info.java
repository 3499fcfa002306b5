/**
 * Prompt templates: texts with placeholders, and a library that keeps them with their versions.
 *
 * <p>Start at {@link dev.llf.conversation.prompts.PromptTemplate} for one text and at
 * {@link dev.llf.conversation.prompts.PromptTemplateLibrary} for many. What fills a placeholder is data: it is never read
 * as a template again, nothing in it is evaluated, and in a message it never becomes a control token of the model.
 */
@NullMarked
package dev.llf.conversation.prompts;

import org.jspecify.annotations.NullMarked;
