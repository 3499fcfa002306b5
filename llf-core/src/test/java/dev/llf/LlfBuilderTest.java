package dev.llf;

import dev.llf.admission.Admission;
import dev.llf.chat.Message;
import dev.llf.error.ConfigurationException;
import dev.llf.error.ModelFileException;
import dev.llf.llamacpp.Isolation;
import dev.llf.testing.ScriptedChatModel;
import dev.llf.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class LlfBuilderTest {

    private static Llf.Builder builder() {
        return Llf.builder();
    }

    @Test
    void needsAModel() {
        assertThatThrownBy(() -> builder().build()).isInstanceOf(ConfigurationException.class)
                .hasMessage("No model: set one of model(path), model(chatModel) and models(pool).");
    }

    @Test
    void takesOneModelOnly() {
        assertThatThrownBy(() -> builder().model(TinyModel.path()).model(ScriptedChatModel.replying("")).build())
                .isInstanceOf(ConfigurationException.class).hasMessageStartingWith("More than one model");
    }

    @Test
    void takesOptionsOfTheFileForAFileOnly() {
        List<UnaryOperator<Llf.Builder>> options = List.of(builder -> builder.contextTokens(64),
                builder -> builder.slots(1), builder -> builder.threads(1),
                builder -> builder.exitWhenMainReturns(true), builder -> builder.isolation(Isolation.WORKER_JVM),
                builder -> builder.admission(Admission.defaults()));
        for (UnaryOperator<Llf.Builder> option : options) {
            Llf.Builder builder = option.apply(builder().model(ScriptedChatModel.replying("")));
            assertThatThrownBy(builder::build).isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("where the given model is opened");
        }
    }

    @Test
    void refusesNumbersOutsideTheirRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> builder().contextTokens(15))
                .withMessageContaining("contextTokens").withMessageContaining("15");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().slots(0)).withMessageContaining("slots");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().slots(257)).withMessageContaining("257");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().threads(0)).withMessageContaining("threads");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().threads(513)).withMessageContaining("513");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().maxTokens(0))
                .withMessage("maxTokens must be >= 1, was 0");
    }

    @Test
    void refusesTimesThatAreOver() {
        assertThatIllegalArgumentException().isThrownBy(() -> builder().timeout(Duration.ZERO))
                .withMessage("timeout must be positive, was PT0S");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().timeout(Duration.ofSeconds(-1)));
    }

    @Test
    void refusesTextThatIsNotWellFormed() {
        assertThatIllegalArgumentException().isThrownBy(() -> builder().system("cut \uDE00"))
                .withMessageContaining("system text");
    }

    @Test
    void refusesFilesThatAreNoModels(@TempDir Path directory) {
        assertThatThrownBy(() -> builder().model(directory.resolve("missing.gguf")).build())
                .isInstanceOf(ModelFileException.class).hasMessageContaining("missing.gguf");
        assertThatThrownBy(() -> builder().model(directory).build()).isInstanceOf(ModelFileException.class);
    }

    @Test
    void refusesAContextThatTheModelCannotHold() {
        assertThatThrownBy(() -> builder().model(TinyModel.path()).contextTokens(1_000_000).build())
                .isInstanceOf(ConfigurationException.class).hasMessageContaining("1000000");
    }

    @Test
    void buildsSeveralFromOne() {
        ScriptedChatModel model = ScriptedChatModel.replying("a").repeating();
        Llf.Builder builder = builder().model(model).system("one");

        Llf first = builder.build();
        Llf second = builder.system("two").build();

        first.chat("Hi");
        first.close();
        second.chat("Hi");
        assertThat(model.requests()).extracting(request -> request.messages().getFirst())
                .containsExactly(Message.system("one"), Message.system("two"));
    }
}
