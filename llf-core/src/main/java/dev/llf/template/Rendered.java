package dev.llf.template;

import java.util.List;

/**
 * A rendered prompt, and which of its characters are foreign.
 *
 * <p>Foreign is what came from the context's strings: messages, tools, documents. The rest was written by the template
 * or vouched for with {@link TrustedText}.
 *
 * @param spans the prompt's parts in order; adjacent parts differ in origin and none is empty; immutable, possibly empty
 */
public record Rendered(List<Span> spans) {

    /**
     * Copies the parts.
     *
     * @param spans the prompt's parts in order
     */
    public Rendered {
        spans = List.copyOf(spans);
    }

    /**
     * Returns the whole prompt.
     *
     * @return the text of all spans, one after the other
     */
    public String text() {
        if (spans.size() == 1) {
            return spans.get(0).text();
        }
        var whole = new StringBuilder();
        spans.forEach(span -> whole.append(span.text()));
        return whole.toString();
    }

    /**
     * A stretch of text of one origin.
     *
     * @param text    the text; not empty
     * @param foreign true if it came from messages, tools or documents and must never become a control token
     */
    public record Span(String text, boolean foreign) {}
}
