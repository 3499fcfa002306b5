package dev.llf.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What holds for every schema. */
class JsonSchemaPropertyTest {

    private static final int SCHEMAS = 1_000;

    @Test
    void documentsOfASchemaAreValidAndMatchItsGrammar() {
        RandomSchemas schemas = new RandomSchemas(1);
        for (int i = 0; i < SCHEMAS; i++) {
            RandomSchemas.Example example = schemas.next();
            JsonSchema schema = JsonSchema.parse(example.schema().toString());

            assertThat(schema.lint()).isEmpty();
            assertThat(schema.validate(example.document())).as("%s %s", example.schema(), example.document())
                    .isEmpty();
            assertThat(schema.grammar().matches(example.document()))
                    .as("%s %s%n%s", example.schema(), example.document(), schema.grammar()).isTrue();
        }
    }

    @Test
    void whatAGrammarWritesIsValidAndFits() {
        RandomSchemas schemas = new RandomSchemas(2);
        Random random = new Random(3);
        int tight = 0;
        for (int i = 0; i < SCHEMAS; i++) {
            JsonSchema schema = JsonSchema.parse(schemas.next().schema().toString());
            int bytes = random.nextInt(20, 900);
            Grammar grammar;
            try {
                grammar = schema.grammar(bytes);
            } catch (SchemaException e) {
                assertThat(e).hasMessageContaining("needs up to");
                continue;
            }
            tight++;
            for (int j = 0; j < 3; j++) {
                String document = GrammarWalk.write(grammar, random, j == 0);

                assertThat(schema.validate(document)).as("%s %s", schema, document).isEmpty();
                assertThat(document.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(bytes);
            }
        }
        assertThat(tight).isGreaterThan(SCHEMAS / 2);
    }

    @Test
    void documentsThatViolateDoNotMatchTheGrammar() {
        RandomSchemas schemas = new RandomSchemas(4);
        Random random = new Random(5);
        int violating = 0;
        for (int i = 0; i < SCHEMAS; i++) {
            RandomSchemas.Example example = schemas.next();
            JsonSchema schema = JsonSchema.parse(example.schema().toString());
            String mutated = mutated(example.document(), random);
            if (!schema.validate(mutated).isEmpty()) {
                violating++;

                assertThat(schema.grammar().matches(mutated)).as("%s %s", schema, mutated).isFalse();
            }
        }
        assertThat(violating).isGreaterThan(SCHEMAS / 2);
    }

    @Test
    void grammarsOfNumbersEndWhereTheirBoundsDo() {
        Random random = new Random(7);
        for (int i = 0; i < 300; i++) {
            int places = random.nextInt(2) * 6;
            BigDecimal low = bound(random);
            BigDecimal high = low.add(bound(random).abs());
            JsonSchema schema = JsonSchema.parse("{\"type\":\"%s\",\"exclusiveMinimum\":%s,\"maximum\":%s}"
                    .formatted(places == 0 ? "integer" : "number", low, high.add(BigDecimal.TWO)));
            Grammar grammar = schema.grammar();
            for (BigDecimal near : List.of(low, high.add(BigDecimal.TWO), BigDecimal.ZERO)) {
                for (int step = -1; step <= 1; step++) {
                    BigDecimal value = near.add(BigDecimal.valueOf(step, places)).setScale(places, RoundingMode.FLOOR);
                    String text = value.signum() == 0 ? "0" : value.toPlainString();

                    assertThat(grammar.matches(text)).as("%s %s", schema, text)
                            .isEqualTo(schema.validate(text).isEmpty());
                }
            }
        }
    }

    private static BigDecimal bound(Random random) {
        return new BigDecimal(new BigInteger(40, random), random.nextInt(7)).multiply(
                BigDecimal.valueOf(random.nextBoolean() ? 1 : -1));
    }

    private static String mutated(String document, Random random) {
        int place = random.nextInt(document.length());
        List<String> pieces = List.of("", "0", "\"", "}", "]", ", ", "null", "-", "a", "{}", "99999");
        String piece = pieces.get(random.nextInt(pieces.size()));
        int end = Math.min(document.length(), place + random.nextInt(4));
        return document.substring(0, place) + piece + document.substring(end);
    }

    @Test
    void sameSchemaGivesTheSameTextAndGrammar() {
        RandomSchemas schemas = new RandomSchemas(6);
        for (int i = 0; i < 50; i++) {
            ObjectNode json = schemas.next().schema();
            JsonNode copy = json.deepCopy();

            assertThat(JsonSchema.parse(json.toString()).json()).isEqualTo(copy.toString());
            assertThat(JsonSchema.parse(json.toString()).grammar().text())
                    .isEqualTo(JsonSchema.parse(copy.toString()).grammar().text());
        }
    }
}
