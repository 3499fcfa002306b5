package dev.llf.schema;

import dev.llf.error.LlfException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class JsonSchemaTest {

    @ParameterizedTest
    @CsvSource(delimiter = '~', value = {"{\"type\":\"integer\",\"minimum\":-12,\"maximum\":105}~-12~-13",
        "{\"type\":\"integer\",\"minimum\":-12,\"maximum\":105}~105~106",
        "{\"type\":\"integer\",\"exclusiveMinimum\":0}~1~0",
        "{\"type\":\"number\",\"minimum\":0,\"maximum\":1}~0.5~1.5",
        "{\"type\":\"number\",\"exclusiveMinimum\":0.25,\"maximum\":2.5}~2.5~0.25",
        "{\"const\":{\"a\":[1,true]}}~{\"a\": [1, true]}~{\"a\": [1, false]}",
        "{\"type\":\"string\",\"maxLength\":2}~\"\u00e4\ud83d\ude00\"~\"abc\"",
        "{\"type\":\"string\",\"format\":\"date\"}~\"2000-02-29\"~\"1900-02-29\"",
        "{\"type\":[\"string\",\"null\"]}~null~1", "{\"type\":\"string\",\"nullable\":true}~null~true",
        "{\"prefixItems\":[{\"type\":\"integer\"},{\"type\":\"boolean\"}],\"items\":false,\"minItems\":1}~[1]~[true]",
        "{\"items\":[{\"type\":\"integer\"}],\"additionalItems\":false}~[1]~[1, 2]",
        "{\"const\":1,\"enum\":[1,2]}~1~2", "{\"enum\":[1,2],\"const\":1}~1~2",
        "{\"type\":\"number\",\"format\":\"int32\"}~-2147483648~2147483648",
        "{\"type\":\"number\",\"format\":\"int64\"}~0.5~9223372036854775808",
        "{\"type\":\"integer\",\"format\":\"int64\"}~-9223372036854775808~-9223372036854775809",
        "{\"type\":\"string\",\"pattern\":\"^[ab]*$\",\"minLength\":1,\"maxLength\":3}~\"aba\"~\"abab\"",
        "{\"type\":\"string\",\"pattern\":\"^[ab]*$\",\"minLength\":1,\"maxLength\":3000}~\"a\"~\"\"",
        "{\"type\":\"string\",\"pattern\":\"^[a$]$\"}~\"$\"~\"a\\n\"",
        "{\"type\":\"string\",\"pattern\":\"^\\\\ud83d\\\\ude00$\"}~\"\ud83d\ude00\"~\"\ud83d\ude01\"",
        "{\"$ref\":\"#/$defs/x\",\"not\":{\"const\":1},\"$defs\":{\"x\":{\"enum\":[1,2]}}}~2~1",
        "{\"allOf\":[{\"type\":\"integer\",\"minimum\":3},{\"maximum\":5}]}~4~6",
        "{\"$ref\":\"#/$defs/x\",\"$defs\":{\"x\":{\"type\":\"boolean\"}}}~true~1",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"},\"b\":true},\"required\":[\"b\"]}~{\"b\": 1}~"
                + "{\"a\": 1}"})
    void bindsAndChecksTheSame(String json, String valid, String invalid) {
        JsonSchema schema = JsonSchema.parse(json);

        assertThat(schema.validate(valid)).isEmpty();
        assertThat(schema.grammar().matches(valid)).isTrue();
        assertThat(schema.validate(invalid)).isNotEmpty();
        assertThat(schema.grammar().matches(invalid)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"uniqueItems\":true}", "{\"not\":{}}", "{\"multipleOf\":2}", "{\"if\":true}",
        "{\"patternProperties\":{}}", "{\"dependentRequired\":{}}", "{\"$ref\":\"http://example.org/x\"}",
        "{\"pattern\":\"(?=a)b\"}", "{\"pattern\":\"[A-[b]]\"}", "{\"pattern\":\"^2\",\"format\":\"date\"}",
        "{\"pattern\":\"^(ab)*$\",\"maxLength\":3}", "{\"pattern\":\"^a?b?$\",\"minLength\":1}",
        "{\"allOf\":[{\"pattern\":\"^[a-c]$\"},{\"pattern\":\"^[b-d]$\"}]}", "{\"format\":\"hostname\"}",
        "{\"oneOf\":[{},{\"type\":\"string\"}]}"})
    void warnsOfWhatGrammarsDoNotEnforce(String json) {
        assertThat(JsonSchema.parse(json).lint()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "1", "{\"type\":\"nope\"}", "{\"$ref\":\"#/x\"}", "{\"type\":1}",
        "false",
        "{\"enum\":[]}", "{\"const\":1,\"enum\":[2]}", "{\"enum\":[2],\"const\":1}", "{\"minimum\":1e99999999999}",
        "{\"type\":\"integer\",\"minimum\":2,\"maximum\":1}", "{\"$ref\":\"#\"}",
        "{\"allOf\":[{\"$ref\":\"#\"}]}", "{\"minimum\":1e999999999}", "{\"minLength\":100000}", "{\"minItems\":-1}",
        "{\"type\":\"object\",\"properties\":{\"a\":false},\"required\":[\"a\"]}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"$ref\":\"#\"}},\"required\":[\"a\"]}"})
    void refusesWhatCannotBeReadOrSatisfied(String json) {
        assertThatThrownBy(() -> JsonSchema.parse(json).grammar()).isInstanceOf(LlfException.class);
    }

    @Test
    @Timeout(20)
    void survivesHostileSchemas() {
        StringBuilder bomb = new StringBuilder("{\"$ref\":\"#/$defs/a0\",\"$defs\":{");
        for (int i = 0; i < 30; i++) {
            bomb.append("\"a%d\":{\"allOf\":[{\"anyOf\":[{\"$ref\":\"#/$defs/a%d\"},{\"$ref\":\"#/$defs/a%d\"}]}]},"
                    .formatted(i, i + 1, i + 1));
        }
        bomb.append("\"a30\":{\"type\":\"string\",\"pattern\":\"^(a+)+$\"}}}");
        String groups = "{\"allOf\":[" + "{\"anyOf\":[{\"minLength\":1},{\"minLength\":2}]},".repeat(30) + "true]}";
        for (String json : List.of(bomb.toString(), groups, "{\"not\":".repeat(200) + "{}" + "}".repeat(200),
                "{\"type\":\"string\",\"pattern\":\"((a{200}){200}){200}\"}")) {
            try {
                JsonSchema schema = JsonSchema.parse(json);
                assertThat(schema.validate("\"" + "a".repeat(40) + "!\"")).isNotNull();
                assertThat(schema.grammar(500)).isNotNull();
            } catch (LlfException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void writesNumbersThatAreTooLongToWriteOut() {
        JsonSchema schema = JsonSchema.parse("{\"enum\":[[1e999999999]]}");

        assertThat(schema.grammar().matches("[1E+999999999]")).isTrue();
        assertThat(schema.validate("[1E+999999999]")).isEmpty();
    }

    @Test
    void saysWhatIsNoNumber() {
        assertThat(JsonSchema.parse("{}").validate("1e99999999999")).hasSize(1);
    }

    @Test
    void takesMaps() {
        assertThat(JsonSchema.of(Map.of("type", "integer")).json()).isEqualTo("{\"type\":\"integer\"}");
    }
}
