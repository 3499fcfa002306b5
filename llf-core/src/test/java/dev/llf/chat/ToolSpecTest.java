package dev.llf.chat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ToolSpecTest {

    private static ToolSpec spec(Map<String, Object> parameters) {
        return new ToolSpec("tool", "", parameters);
    }

    private static Object lists(int depth) {
        Object inner = "x";
        for (int i = 0; i < depth; i++) {
            inner = List.of(inner);
        }
        return inner;
    }

    private static Map<String, Object> maps(int depth) {
        Map<String, Object> map = Map.of();
        for (int i = 1; i < depth; i++) {
            map = Map.of("a", map);
        }
        return map;
    }

    @Test
    void checksItsName() {
        for (String name : List.of("a", "A-z_09", "x".repeat(64))) {
            assertThat(new ToolSpec(name, "", Map.of()).name()).isEqualTo(name);
        }
        for (String name : List.of("", " ", "a b", "a.b", "\u00e9", "a\n", "x".repeat(65))) {
            assertThatIllegalArgumentException().isThrownBy(() -> new ToolSpec(name, "", Map.of()));
        }
    }

    @Test
    void copiesItsParametersDeeplyWithTheirOrder() {
        List<Object> required = new ArrayList<>(List.of("z"));
        Map<String, Object> inner = new LinkedHashMap<>();
        inner.put("z", 1);
        inner.put("a", 2L);
        inner.put("m", 0.5);
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("type", "object");
        parameters.put("properties", inner);
        parameters.put("required", required);
        parameters.put("additionalProperties", false);
        ToolSpec spec = spec(parameters);
        String before = spec.parameters().toString();
        inner.clear();
        required.add("a");
        parameters.clear();

        assertThat(spec.parameters().toString()).isEqualTo(before)
                .isEqualTo("{type=object, properties={z=1, a=2, m=0.5}, required=[z], additionalProperties=false}");
        assertThatThrownBy(() -> spec.parameters().clear()).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ((Map<?, ?>) spec.parameters().get("properties")).clear())
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ((List<?>) spec.parameters().get("required")).clear())
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void refusesWhatIsNestedDeeperThan64Levels() {
        assertThat(spec(maps(64)).parameters()).isEqualTo(maps(64));
        assertThat(spec(Map.of("a", lists(63))).parameters()).isEqualTo(Map.of("a", lists(63)));
        assertThatIllegalArgumentException().isThrownBy(() -> spec(maps(65))).withMessageContaining("64 levels");
        assertThatIllegalArgumentException().isThrownBy(() -> spec(Map.of("a", lists(64))))
                .withMessageContaining("64 levels");
    }

    @Test
    void refusesWhatContainsItself() {
        Map<String, Object> map = new HashMap<>();
        map.put("self", map);
        List<Object> list = new ArrayList<>();
        list.add(list);

        assertThatIllegalArgumentException().isThrownBy(() -> spec(map));
        assertThatIllegalArgumentException().isThrownBy(() -> spec(Map.of("list", list)));
    }

    @Test
    void refusesWhatIsNotJson() {
        for (Object value : Arrays.asList(null, 1f, new BigDecimal("1"), 'c', Double.NaN, Double.POSITIVE_INFINITY,
                new String[0], new Object())) {
            assertThatIllegalArgumentException().isThrownBy(() -> spec(Collections.singletonMap("a", value)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> spec(Map.of("a", Collections.singletonList(value))));
        }
        for (Object key : Arrays.asList(null, 1, "\uD83D")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> spec(Map.of("a", Collections.singletonMap(key, "x"))));
        }
    }
}
