/**
 * Chat templates: a small Jinja engine made for the templates that models carry.
 *
 * <p>Start at {@link dev.llf.template.ChatTemplate}: parse once, render many times. The language is Jinja2's, in the
 * sandboxed environment that chat templates are written for. What the engine does not know is a
 * {@link dev.llf.template.TemplateException} with its line and column, never a wrong text.
 *
 * <p>A {@link dev.llf.template.Rendered} text tells for each character whether the template wrote it or whether it came
 * from messages, tools or documents, so that foreign text can be tokenised without ever becoming a control token.
 *
 * <p>Templates are immutable and may be rendered by any number of threads at once. Output, depth, steps and memory of a
 * rendering are bounded by {@link dev.llf.template.TemplateLimits}: a hostile template fails, it does not hang.
 */
@NullMarked
package dev.llf.template;

import org.jspecify.annotations.NullMarked;
