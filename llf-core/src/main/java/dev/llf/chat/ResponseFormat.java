package dev.llf.chat;

/** The form that an answer must have. */
public sealed interface ResponseFormat {

    /** Free text. The default. */
    ResponseFormat TEXT = new Text();

    /** Free text. */
    record Text() implements ResponseFormat {}

    /**
     * Text that a grammar produces.
     *
     * @param gbnf the grammar in llama.cpp's GBNF notation; checked before it reaches the engine
     */
    record Grammar(String gbnf) implements ResponseFormat {
        /**
         * Checks the text.
         *
         * @throws IllegalArgumentException if the grammar is blank or has an unpaired surrogate
         */
        public Grammar {
            WellFormed.name(gbnf, "grammar");
        }
    }

    /**
     * JSON that a schema describes.
     *
     * <p>A model of {@code dev.llf.llamacpp} can write nothing else: the answer is one complete document that fits the
     * tokens allowed, with {@code ", "} and {@code ": "} between its parts and the properties in the schema's order. If
     * that many tokens cannot hold every document, strings and lists are kept shorter; if even the shortest do not fit, the
     * request is refused. What a grammar cannot express, {@code JsonSchema.lint()} in {@code dev.llf.schema} tells;
     * {@code validate} checks it afterwards. A stop string, deadline or cancel may still cut the document short. Refused
     * are biased or banned tokens beside it.
     *
     * @param schema a JSON Schema as text
     */
    record JsonSchema(String schema) implements ResponseFormat {
        /**
         * Checks the text.
         *
         * @throws IllegalArgumentException if the schema is blank or has an unpaired surrogate
         */
        public JsonSchema {
            WellFormed.name(schema, "schema");
        }
    }
}
