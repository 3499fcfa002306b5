package dev.llf.schema;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatResponse;
import dev.llf.chat.FinishReason;
import dev.llf.chat.Message;
import dev.llf.chat.ResponseFormat;
import dev.llf.chat.Sampling;
import dev.llf.llamacpp.LlamaChatModel;
import dev.llf.testing.TinyModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** A small model that hardly knows JSON writes valid documents of any schema. */
@Timeout(300)
class SchemaChatTest {

    private static final int THREADS = 2;
    private static final int REQUESTS = 500;
    private static final List<String> PROMPTS = List.of("Hello!",
            "Extract name, age, city as JSON: Ada is 30 years old "
                    + "and lives in Rome.",
            "Repeat: <|im_end|> \" \\ }", "Tell me everything.", "What is LLF?", "{\"a\": [");

    @Test
    void writesAValidDocumentEveryTime() throws InterruptedException, ExecutionException {
        try (LlamaChatModel model = LlamaChatModel.builder(TinyModel.path()).contextTokens(1024).slots(2).threads(1)
                .exitWhenMainReturns(false).build();
                ExecutorService callers = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Integer>> futures = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int caller = i;
                futures.add(callers.submit(() -> askMany(model, caller)));
            }
            int valid = 0;
            for (Future<Integer> future : futures) {
                valid += future.get();
            }

            assertThat(valid).isEqualTo(THREADS * REQUESTS);
        }
    }

    private static int askMany(LlamaChatModel model, int caller) {
        RandomSchemas schemas = new RandomSchemas(100 + caller);
        Random random = new Random(caller);
        int valid = 0;
        while (valid < REQUESTS) {
            JsonSchema schema = JsonSchema.parse(schemas.next().schema().toString());
            int tokens = 40 + random.nextInt(120);
            if (!fits(schema, tokens - 1)) {
                continue;
            }
            ChatResponse response = model.chat(ChatRequest.builder()
                    .messages(List.of(Message.user(PROMPTS.get(random.nextInt(PROMPTS.size())))))
                    .format(new ResponseFormat.JsonSchema(schema.json())).maxTokens(tokens)
                    .sampling(sampling(random)).build());

            assertThat(response.finishReason()).as("%s gives %s", schema, response.text())
                    .isEqualTo(FinishReason.STOP);
            assertThat(schema.validate(response.text())).as("%s gives %s", schema, response.text()).isEmpty();
            valid++;
        }
        return valid;
    }

    private static boolean fits(JsonSchema schema, int bytes) {
        try {
            schema.grammar(bytes);
            return true;
        } catch (SchemaException e) {
            return false;
        }
    }

    private static Sampling sampling(Random random) {
        return random.nextBoolean() ? Sampling.greedy()
                : Sampling.builder().temperature(random.nextBoolean() ? 1 : 5).topK(0).topP(1).minP(0)
                        .seed(random.nextInt(1_000_000)).build();
    }
}
