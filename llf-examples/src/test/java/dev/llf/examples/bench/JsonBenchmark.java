package dev.llf.examples.bench;

import dev.langchain4j.service.output.JsonSchemas;
import dev.langchain4j.service.output.ServiceOutputParser;
import dev.llf.schema.Grammar;
import dev.llf.schema.JsonSchema;
import dev.llf.schema.JsonType;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does the Java side of an extraction cost: describing a record of four parts, and reading one from JSON?
 *
 * <p>LLF's grammar, which keeps the model to the schema, has no match in LangChain4j; its instructions, words for the prompt,
 * stand in that place. LLF compares a document with the whole schema before it is read. Run:
 * {@code mvn -q -B -Pbench -pl llf-examples -am package -Dbench=JsonBenchmark}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class JsonBenchmark {

    private static final int DOCUMENT_BYTES = 512;

    private final String json = "{\"customer\": \"Ada\", \"product\": \"lamp\", \"quantity\": 3, \"price\": 40}";
    private final JsonSchema schema = JsonSchema.of(Order.class);
    private final JsonType<Order> type = JsonType.of(Order.class);
    private final ServiceOutputParser parser = new ServiceOutputParser();

    @Setup
    public void check() {
        if (!llfRead().equals(langchain4jRead())) {
            throw new IllegalStateException("different values");
        }
    }

    @Benchmark
    public JsonSchema llfSchema() {
        return JsonSchema.of(Order.class);
    }

    @Benchmark
    public Grammar llfGrammar() {
        return schema.grammar(DOCUMENT_BYTES);
    }

    @Benchmark
    public Order llfRead() {
        return type.read(json);
    }

    @Benchmark
    public Object langchain4jSchema() {
        return JsonSchemas.jsonSchemaFrom(Order.class);
    }

    @Benchmark
    public String langchain4jInstructions() {
        return parser.outputFormatInstructions(Order.class);
    }

    @Benchmark
    public Object langchain4jRead() {
        return parser.parseText(Order.class, json);
    }
}
