package dev.llf.observe;

import dev.llf.chat.FinishReason;
import dev.llf.error.EngineException;
import java.io.Serial;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SlowTurnLogTest {

    /** Keeps lines. */
    private static final class Lines extends LegacyAbstractLogger {

        @Serial private static final long serialVersionUID = 1L;

        private final transient List<String> lines = new ArrayList<>();

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public boolean isInfoEnabled() {
            return false;
        }

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }

        @Override
        protected @Nullable String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(Level level, @Nullable Marker marker, String pattern,
                Object @Nullable [] arguments, @Nullable Throwable cause) {
            lines.add(level + " " + MessageFormatter.basicArrayFormat(pattern, arguments));
        }
    }

    private final Lines log = new Lines();
    private final SlowTurnLog slow = new SlowTurnLog(Duration.ofMillis(20), log);

    @Test
    void saysWhatTookTheTime() {
        FakeTurn.full("t1").completed(1000).tell(slow);

        assertThat(log.lines).containsExactly("WARN slow turn: turn=t1 conversation=c1 branch=main model=tiny "
                + "outcome=ok total=1.000s queue=0.055s recall=0.020s retrieve=0.030s plan=0.020s prefill=0.075s "
                + "decode=0.690s tools=0.100s commit=0.010s rounds=2 toolCalls=2 promptTokens=95 cachedTokens=65 "
                + "completionTokens=62");
    }

    @Test
    void isSilentUpToTheThreshold() {
        FakeTurn.quick("t").tell(slow); // takes 20 ms

        assertThat(log.lines).isEmpty();
    }

    @Test
    void tellsOfTurnsThatDidNotEndWell() {
        new FakeTurn("t").queued().cancelledInLine(21, FinishReason.DEADLINE).tell(slow);
        new FakeTurn("u").beforeTools().failed(900, new EngineException("secret")).tell(slow);

        assertThat(log.lines).hasSize(2);
        assertThat(log.lines.getFirst()).contains("model=none outcome=timeout total=0.021s queue=0.021s");
        assertThat(log.lines.getLast()).contains("outcome=error total=0.900s").doesNotContain("secret", "Let me");
    }

    @Test
    void letsNobodyForgeLines() {
        new FakeTurn("t\nWARN forged", "c", FakeTurn.START).queued().routed(1, "m\u001b[2J").failed(900,
                new EngineException("x")).tell(slow);

        assertThat(log.lines.getFirst()).contains("turn=t\\nWARN forged", "model=m\\u{1b}[2J").doesNotContain("\n");
    }

    @Test
    void refusesANegativeThreshold() {
        assertThatIllegalArgumentException().isThrownBy(() -> new SlowTurnLog(Duration.ofMillis(-1)))
                .withMessageContaining("PT-0.001S");
    }
}
