package dev.llf;

import dev.llf.chat.FinishReason;
import dev.llf.chat.Sampling;
import dev.llf.error.CancelledException;
import dev.llf.error.ContextOverflowException;
import dev.llf.schema.InvalidOutputException;
import dev.llf.schema.JsonType;
import dev.llf.schema.Range;
import dev.llf.schema.SchemaException;
import dev.llf.testing.ScriptedChatModel;
import dev.llf.testing.TinyModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExtractionTest {

    private static final String ORDER = "Ada ordered 3 lamps for 40 dollars.";

    private final Llf llf = Llf.builder().model(TinyModel.path()).contextTokens(1024).slots(1).threads(1).build();

    record Order(String customer, String product, int quantity, int price) {}

    record Positive(@Range(min = 1, max = 9) int quantity) {
        Positive {
            if (quantity < 1) {
                throw new IllegalArgumentException("quantity must be positive");
            }
        }
    }

    record Basket(String customer, List<Item> items, Optional<String> note) {
        record Item(String name, int count) {}
    }

    private enum Department {
        BILLING, TECHNICAL, SALES
    }

    @AfterAll
    void close() {
        llf.close();
    }

    private static Llf scripted(ScriptedChatModel model) {
        return Llf.builder().model(model).build();
    }

    @Test
    void readsARecord() {
        assertThat(llf.extract(Order.class, ORDER)).isEqualTo(new Order("Ada", "lamp", 3, 40));
    }

    @Test
    void readsARecordDeclaredInAMethod() {
        record Person(String name, String city) {}

        assertThat(llf.extract(Person.class, "Bruno lives in Rome.").name()).isEqualTo("Bruno");
    }

    @Test
    void alwaysReadsAWholeDocumentHoweverRich() {
        Basket basket = llf.extract(Basket.class, ORDER);

        assertThat(basket.customer()).isNotNull();
        assertThat(basket.items()).isNotNull();
        assertThat(llf.extract(new JsonList<List<Order>>().type(), ORDER)).isNotNull();
    }

    /** Carries a generic type. */
    private static final class JsonList<T> {
        @SuppressWarnings("unchecked")
        JsonType<List<Order>> type() {
            try {
                return (JsonType<List<Order>>) JsonType
                        .of(ExtractionTest.class.getDeclaredField("orders").getGenericType());
            } catch (NoSuchFieldException e) {
                throw new AssertionError(e);
            }
        }
    }

    @SuppressWarnings("unused") private List<Order> orders = List.of();

    @Test
    void showsTheValueWhileItIsWritten() {
        List<Partial<Order>> parts = new ArrayList<>();
        Order order;
        try (ExtractionStream<Order> stream = llf.extractStream(Order.class, ORDER)) {
            stream.forEach(parts::add);
            order = stream.value();
        }

        assertThat(order).isEqualTo(new Order("Ada", "lamp", 3, 40));
        assertThat(parts).hasSizeGreaterThan(3);
        assertThat(parts.getLast().value()).contains(order);
        assertThat(parts.getLast().fields()).containsOnlyKeys("customer", "product", "quantity", "price")
                .containsEntry("product", "lamp");
        assertThat(parts).anySatisfy(part -> assertThat(part.value()).get().satisfies(value -> {
            assertThat(value.customer()).isEqualTo("Ada");
            assertThat(value.quantity()).isZero();
        }));
        int known = 0;
        for (Partial<Order> part : parts) {
            assertThat(part.fields().size()).as("nothing is forgotten").isGreaterThanOrEqualTo(known);
            known = part.fields().size();
        }
    }

    @Test
    void refusesWhatAModelWroteAgainstTheSchemaAndShowsIt() {
        String wrong = "{\"customer\": \"Ada\", \"product\": \"lamps\", \"quantity\": \"three\", \"price\": 40}";
        try (Llf other = scripted(ScriptedChatModel.replying(wrong).thenReplying("Sorry, no."))) {
            assertThatExceptionOfType(InvalidOutputException.class).isThrownBy(() -> other.extract(Order.class, ORDER))
                    .satisfies(e -> {
                        assertThat(e.rawText()).isEqualTo(wrong);
                        assertThat(e.violations()).singleElement()
                                .satisfies(violation -> assertThat(violation.path()).contains("quantity"));
                        assertThat(e).hasMessageNotContaining("three");
                    });
            assertThatExceptionOfType(InvalidOutputException.class).isThrownBy(() -> other.extract(Order.class, ORDER))
                    .satisfies(e -> assertThat(e.rawText()).isEqualTo("Sorry, no."));
        }
    }

    @Test
    void passesOnWhatAConstructorRefuses() {
        try (Llf other = scripted(ScriptedChatModel.replying("{\"quantity\": 0}"))) {
            assertThatExceptionOfType(InvalidOutputException.class).isThrownBy(() -> other.extract(Positive.class, ""));
        }
        assertThat(llf.extract(Positive.class, ORDER).quantity()).isBetween(1, 9);
    }

    @Test
    void tellsACutOffAnswerFromAWrongOne() {
        try (Llf other = scripted(ScriptedChatModel.replying("{\"quantity\"").endingWith(FinishReason.DEADLINE))) {
            assertThatExceptionOfType(CancelledException.class).isThrownBy(() -> other.extract(Positive.class, "x"));
        }
        try (ExtractionStream<Order> stream = llf.extractStream(Order.class, ORDER)) {
            stream.cancel();
            assertThatExceptionOfType(CancelledException.class).isThrownBy(stream::value);
        }
        assertThat(llf.extract(Order.class, ORDER).customer()).isEqualTo("Ada");
    }

    @Test
    void choosesALabel() {
        assertThat(llf.classify("My invoice is wrong.", List.of("billing", "technical", "sales"))).isEqualTo("billing");
        assertThat(llf.classify("My invoice is wrong.", Department.class)).isEqualTo(Department.BILLING);
        assertThat(List.of(true, false)).contains(llf.yesOrNo("Is Rome in Italy?"));
        assertThat(llf.classify("a \"quoted\" \\ text", List.of("say \"hi\"", "back\\slash", "ünïcödé 😀")))
                .isIn("say \"hi\"", "back\\slash", "ünïcödé 😀");
    }

    @Test
    void refusesAChoiceThatIsNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> llf.classify("x", List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> llf.classify("x", List.of("a", "a")));
        assertThatIllegalArgumentException().isThrownBy(() -> llf.classify("x", List.of("a", " ")));
        assertThatIllegalArgumentException().isThrownBy(() -> llf.classify("x", List.of("two\nlines")));
        try (Llf other = scripted(ScriptedChatModel.replying(" sales \n").thenReplying("I think sales"))) {
            assertThat(other.classify("x", List.of("billing", "sales"))).isEqualTo("sales");
            assertThatExceptionOfType(InvalidOutputException.class)
                    .isThrownBy(() -> other.classify("x", List.of("billing", "sales")))
                    .satisfies(e -> assertThat(e.rawText()).isEqualTo("I think sales"));
        }
    }

    @Test
    void refusesTypesAndTextsItCannotServe() {
        assertThatExceptionOfType(SchemaException.class).isThrownBy(() -> llf.extract(Object.class, ORDER));
        assertThatExceptionOfType(ContextOverflowException.class)
                .isThrownBy(() -> llf.extract(Order.class, ORDER.repeat(500)));
        Llf closed = scripted(ScriptedChatModel.replying(""));
        closed.close();
        assertThatIllegalStateException().isThrownBy(() -> closed.extract(Order.class, ORDER));
    }

    @Test
    void takesTheHostsSampling() {
        ScriptedChatModel model = ScriptedChatModel.replying("{\"quantity\": 3}").repeating();
        try (Llf plain = Llf.builder().model(model).build();
                Llf warm = Llf.builder().model(model).sampling(Sampling.defaults()).build()) {
            plain.extract(Positive.class, "x");
            warm.extract(Positive.class, "x");
        }
        assertThat(model.requests()).extracting(request -> request.sampling().orElseThrow())
                .containsExactly(Sampling.greedy(), Sampling.defaults());
    }
}
