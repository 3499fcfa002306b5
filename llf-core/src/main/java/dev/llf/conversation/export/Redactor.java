package dev.llf.conversation.export;

/**
 * Takes out of a text what must not leave the process.
 *
 * <p>Asked for the title, the system text, each message's text, the arguments of tool calls, tool results, and the values
 * of metadata. Ids, names of tools and models, and the keys of metadata are left as they are: links between messages hang
 * on them. Must be safe for use by many threads, and give equal results for equal texts.
 */
@FunctionalInterface
public interface Redactor {

    /** Lets everything pass. */
    Redactor NONE = text -> text;

    /**
     * Puts {@code [redacted]} in place of common secrets: keys of well-known services, bearer tokens, JSON web tokens,
     * passwords in addresses, blocks of private keys, and values that stand next to a name like {@code password}.
     *
     * <p>Ordinary prose and code stay as they are: next to a name, only what is quoted, or has a digit or a symbol, counts as
     * a value. So this is a net with holes: it knows forms, not meanings. Whoever must be sure brings a redactor that knows
     * the secrets.
     */
    Redactor SECRETS = new Redactor() {
        @Override
        public String redact(String text) {
            return CommonSecrets.redact(text);
        }

        @Override
        public String redact(String key, String value) {
            return CommonSecrets.redact(key, value);
        }
    };

    /**
     * Returns the text without what is secret in it.
     *
     * @param text a text, possibly empty
     * @return what may leave; not null
     */
    String redact(String text);

    /**
     * Returns the value of an entry of metadata without what is secret in it.
     *
     * @param key   its key
     * @param value its value
     * @return what may leave of the value; by default as for other texts
     */
    default String redact(String key, String value) {
        return redact(value);
    }

    /**
     * Returns a redactor that applies this one and then another.
     *
     * @param next the other
     * @return both
     */
    default Redactor then(Redactor next) {
        Redactor first = this;
        return new Redactor() {
            @Override
            public String redact(String text) {
                return next.redact(first.redact(text));
            }

            @Override
            public String redact(String key, String value) {
                return next.redact(key, first.redact(key, value));
            }
        };
    }
}
