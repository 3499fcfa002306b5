package dev.llf.schema;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class JsonTypeTest {

    private enum Colour {
        RED, @Description("like the sky")
        BLUE
    }

    private sealed interface Shape {}

    private record Circle(@Range(min = 0) double radius) implements Shape {}

    private record Square(int side, Optional<Colour> colour) implements Shape {}

    private record Tree(String name, List<Tree> children) {}

    private record Page<T>(List<T> items, OptionalInt next) {}

    private record All(@Size(min = 1, max = 5) String text, @Matches("[a-z]+|\\d") String word, byte small, long large,
            BigDecimal price, boolean flag, char letter, LocalDate day, Set<Colour> colours,
            Map<String, Integer> counts,
            int[] numbers, Page<Shape> page, @Nullable String note) {}

    @Test
    void readsARecordDeclaredInAMethod() {
        record Order(String customer, String product, int quantity, int price) {}
        JsonType<Order> type = JsonType.of(Order.class);

        assertThat(type.schema().json()).isEqualTo("{\"type\":\"object\",\"properties\":{\"customer\":{\"type\":"
                + "\"string\"},\"product\":{\"type\":\"string\"},\"quantity\":{\"type\":\"integer\",\"format\":\"int32\"},"
                + "\"price\":{\"type\":\"integer\",\"format\":\"int32\"}},\"required\":[\"customer\",\"product\","
                + "\"quantity\",\"price\"],\"additionalProperties\":false}");
        assertThat(type.read("{\"customer\": \"Ada\", \"product\": \"lamp\", \"quantity\": 2, \"price\": 30}"))
                .isEqualTo(new Order("Ada", "lamp", 2, 30));
        assertThat(type.readPartial("{\"customer\": \"Ada\", \"product\": \"la"))
                .contains(new Order("Ada", "la", 0, 0));
        assertThat(type.schema().grammar().matches(
                "{\"customer\": \"Ada\", \"product\": \"lamp\", \"quantity\": 2147483648, \"price\": 30}")).isFalse();
    }

    @Test
    void readsEveryType() {
        JsonType<All> type = JsonType.of(All.class);
        String json = "{\"text\": \"abc\", \"word\": \"xyz\", \"small\": -128, \"large\": 9223372036854775807, "
                + "\"price\": 1.25, \"flag\": true, \"letter\": \"x\", \"day\": \"2024-02-29\", \"colours\": [\"RED\"], "
                + "\"counts\": {\"a\": 1}, \"numbers\": [1, 2], \"page\": {\"items\": [{\"type\": \"Circle\", "
                + "\"radius\": 0.5}, {\"type\": \"Square\", \"side\": 3, \"colour\": \"BLUE\"}], \"next\": 7}}";

        All all = type.read(json);

        assertThat(type.schema().grammar().matches(json)).isTrue();
        assertThat(all.text()).isEqualTo("abc");
        assertThat(all.large()).isEqualTo(Long.MAX_VALUE);
        assertThat(all.price()).isEqualByComparingTo("1.25");
        assertThat(all.day()).isEqualTo(LocalDate.of(2024, 2, 29));
        assertThat(all.colours()).containsExactly(Colour.RED);
        assertThat(all.counts()).containsEntry("a", 1);
        assertThat(all.numbers()).containsExactly(1, 2);
        assertThat(all.page()).isEqualTo(new Page<Shape>(
                List.of(new Circle(0.5), new Square(3, Optional.of(Colour.BLUE))), OptionalInt.of(7)));
        assertThat(all.note()).isNull();
        for (int i = 1; i < json.length(); i++) {
            assertThat(type.readPartial(json.substring(0, i))).isPresent();
        }
    }

    @Test
    void readsTypesThatContainThemselves() {
        JsonType<Tree> type = JsonType.of(Tree.class);
        String json = "{\"name\": \"a\", \"children\": [{\"name\": \"b\", \"children\": []}]}";

        assertThat(type.read(json)).isEqualTo(new Tree("a", List.of(new Tree("b", List.of()))));
        assertThat(type.schema().grammar().matches(json)).isTrue();
        assertThat(type.schema().grammar(60)).isNotNull();
    }

    @Test
    void tellsWhatIsWrong() {
        JsonType<Circle> type = JsonType.of(Circle.class);

        assertThatThrownBy(() -> type.read("{\"radius\": -1}")).isInstanceOfSatisfying(InvalidOutputException.class,
                e -> {
                    assertThat(e.rawText()).isEqualTo("{\"radius\": -1}");
                    assertThat(e.violations()).extracting(SchemaViolation::path).containsExactly("$.radius");
                });
        assertThatThrownBy(() -> type.read("{")).isInstanceOf(InvalidOutputException.class);
    }

    @Test
    void refusesTypesThatSayTooLittle() {
        record Vague(Object thing) {}
        record Raw(Comparable<String> thing) {}
        record Misplaced(@Range(min = 1) String text) {}

        assertThatThrownBy(() -> JsonType.of(Vague.class)).isInstanceOfSatisfying(SchemaException.class,
                e -> assertThat(e.path()).isEqualTo("Vague.thing"));
        assertThatThrownBy(() -> JsonType.of(Raw.class)).isInstanceOf(SchemaException.class)
                .hasMessageContaining("sealed interface");
        assertThatThrownBy(() -> JsonType.of(Misplaced.class)).isInstanceOf(SchemaException.class)
                .hasMessageContaining("@Range");
    }

    @Test
    void refusesNumbersThatTheTypeCannotHold() {
        record Numbers(double wide, float small) {}
        JsonType<Numbers> type = JsonType.of(Numbers.class);

        assertThat(type.read("{\"wide\": 1e308, \"small\": 1e38}")).isEqualTo(new Numbers(1e308, 1e38f));
        assertThatThrownBy(() -> type.read("{\"wide\": 1e309, \"small\": 1}"))
                .isInstanceOf(InvalidOutputException.class).hasMessageContaining("$.wide");
        assertThatThrownBy(() -> type.read("{\"wide\": 1, \"small\": 1e39}"))
                .isInstanceOf(InvalidOutputException.class).hasMessageContaining("$.small");
    }

    @Test
    void refusesConstantsOfOneName() {
        enum Twin {
            @JsonProperty("x")
            FIRST, @JsonProperty("x")
            SECOND
        }

        assertThatThrownBy(() -> JsonType.of(Twin.class)).isInstanceOf(SchemaException.class)
                .hasMessageContaining("'x'");
    }

    @Test
    void matchesWholeStrings() {
        record Word(@Matches("[a-z]+") @Size(max = 3) String text) {}
        JsonType<Word> type = JsonType.of(Word.class);

        assertThat(type.schema().lint()).isEmpty();
        assertThat(type.schema().grammar().matches("{\"text\": \"abcd\"}")).isFalse();
        assertThatThrownBy(() -> type.read("{\"text\": \"a\\n\"}")).isInstanceOf(InvalidOutputException.class);
    }

    @Test
    void givesTheFieldsThatAreThere() {
        assertThat(PartialJson.read("{\"a\": [1, 2, 3")).isEqualTo(Map.of("a", List.of(1, 2)));
        assertThat(PartialJson.read("{\"a\": \"x\\")).isEqualTo(Map.of("a", "x"));
        assertThat(PartialJson.read("{\"a\": tru")).isEmpty();
        assertThat(PartialJson.read("{\"a\": {\"b\": true, \"c")).isEqualTo(Map.of("a", Map.of("b", true)));
        assertThat(PartialJson.read("")).isEmpty();
        assertThat(PartialJson.read("nonsense")).isEmpty();
    }

    @Test
    void takesWhatAModelRepeatsInASetOnce() {
        record Tags(Set<String> tags) {}

        assertThat(JsonType.of(Tags.class).read("{\"tags\": [\"a\", \"b\", \"a\"]}").tags()).containsExactly("a", "b");
        assertThat(JsonType.of(Tags.class).schema().lint()).isEmpty();
    }
}
