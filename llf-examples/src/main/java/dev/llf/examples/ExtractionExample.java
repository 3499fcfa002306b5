package dev.llf.examples;

import dev.llf.ExtractionStream;
import dev.llf.Llf;
import dev.llf.Partial;
import dev.llf.schema.JsonSchema;
import dev.llf.schema.SchemaWarning;
import dev.llf.testing.TinyModel;
import java.util.List;
import java.util.Map;

/** Values instead of text: a record read out of a sentence, at once and while it is written; labels, and yes or no. */
public final class ExtractionExample {

    private static final String TEXT = "Ada ordered 3 lamps for 40 dollars.";

    private ExtractionExample() {}

    /** What is read; the names of the components tell the model what to look for. */
    private record Order(String customer, String product, int quantity, int price) {}

    private enum Sentiment {
        POSITIVE, NEGATIVE, NEUTRAL
    }

    /**
     * Runs the example.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        try (Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).build()) {
            System.out.println(TEXT);
            Order order = llf.extract(Order.class, TEXT);
            System.out.printf("%s%n%d x %s = %d%n", order, order.quantity(), order.product(), order.price());
            showWhileWritten(llf);

            System.out.println("\nThe screen stays black. -> "
                    + llf.classify("The screen stays black.", List.of("billing", "technical", "sales")));
            System.out.println("I love this lamp. -> " + llf.classify("I love this lamp.", Sentiment.class));
            // TinyModel only guesses here; ask a larger model.
            String question = "Does this customer want a refund? I need a refund.";
            System.out.println(question + " -> " + llf.yesOrNo(question));
        }
        showSchemas();
    }

    /** Each piece that the model writes tells more; what is not there yet is null or 0 in the value. */
    private static void showWhileWritten(Llf llf) {
        System.out.println("\nwhile it is written:");
        try (ExtractionStream<Order> stream = llf.extractStream(Order.class, TEXT)) {
            Map<String, ?> shown = Map.of();
            for (Partial<Order> partial : stream) {
                if (!partial.fields().equals(shown)) {
                    shown = partial.fields();
                    System.out.println("  " + shown);
                }
            }
            System.out.println("whole: " + stream.value());
        }
    }

    /** What the model is bound to, and what a schema asks for that no grammar can enforce. */
    private static void showSchemas() {
        JsonSchema schema = JsonSchema.of(Order.class);
        System.out.println("\nschema of Order: " + schema.json());
        System.out.println("warnings: " + schema.lint());
        JsonSchema tags = JsonSchema.parse("""
                {"type": "array", "items": {"type": "string"}, "uniqueItems": true}""");
        for (SchemaWarning warning : tags.lint()) {
            System.out.printf("warning for a set of tags: %s %s: %s%n", warning.path(), warning.keyword(),
                    warning.message());
        }
        System.out.println("so check: " + tags.validate("[\"new\", \"new\"]"));
    }
}
