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
