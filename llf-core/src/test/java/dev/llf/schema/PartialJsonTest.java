package dev.llf.schema;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PartialJsonTest {

    private static final List<String> TEXTS = List.of("a", "\\\"", "\\\\", "\\u0041", "\\ud83d\\ude00", "\\ud83d",
            "\\ude00",
            "\ud83d\ude00", "\ud83d", "\ude00", ",", "}", "]", "\\/", "\\n", ":");

    @Test
    void growsWithEveryCharacterAndTakesNothingBack() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 3_000; i++) {
            String document = object(random, 3);
            Map<String, @Nullable Object> before = Map.of();
            for (int end = 0; end <= document.length(); end++) {
                Map<String, @Nullable Object> now = PartialJson.read(document.substring(0, end));

                assertThat(begins(before, now)).as("%s then %s: %s", before, now, document).isTrue();
                before = now;
            }
            assertThat(before.keySet()).hasSize(JsonText.read(document).size());
        }
    }

    private static boolean begins(@Nullable Object part, @Nullable Object whole) {
        if (part instanceof Map<?, ?> some && whole instanceof Map<?, ?> all) {
            return some.entrySet().stream()
                    .allMatch(field -> all.containsKey(field.getKey())
                            && begins(field.getValue(), all.get(field.getKey())));
        } else if (part instanceof List<?> some && whole instanceof List<?> all) {
            return some.size() <= all.size() && begins(some.toArray(), all.subList(0, some.size()).toArray());
        } else if (part instanceof Object[] some && whole instanceof Object[] all) {
            for (int i = 0; i < some.length; i++) {
                if (!begins(some[i], all[i])) {
                    return false;
                }
            }
            return true;
        } else if (part instanceof String some && whole instanceof String all) {
            return all.startsWith(some);
        }
        return Objects.equals(part, whole);
    }

    private static String value(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 6 : 4)) {
            case 0 -> " " + random.nextInt(-1000, 1000) + " ";
            case 1 -> "1.5e" + random.nextInt(9);
            case 2 -> List.of("true", "false", "null").get(random.nextInt(3));
            case 3 -> text(random);
            case 4 ->
                "[" + (random.nextBoolean() ? "" : value(random, depth - 1) + "," + value(random, depth - 1)) + " ]";
            default -> object(random, depth);
        };
    }

    private static String object(Random random, int depth) {
        StringBuilder object = new StringBuilder("{");
        for (int i = random.nextInt(4); i > 0; i--) {
            String end = List.of("", "\\\"", "\\u00e4", "}", ":").get(random.nextInt(5));
            object.append("\"k%d%s\":%s".formatted(i, end, value(random, depth - 1))).append(i > 1 ? ", " : "");
        }
        return object.append('}').toString();
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = random.nextInt(5); i > 0; i--) {
            text.append(TEXTS.get(random.nextInt(TEXTS.size())));
        }
        return text.append('"').toString();
    }
}
