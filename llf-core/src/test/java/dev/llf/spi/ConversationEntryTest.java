package dev.llf.spi;

import dev.llf.spi.ConversationEntry.BranchDeleted;
import dev.llf.spi.ConversationEntry.BranchMoved;
import dev.llf.spi.ConversationEntry.BranchRestored;
import dev.llf.spi.ConversationEntry.MetadataSet;
import dev.llf.spi.ConversationEntry.SummaryAdded;
import dev.llf.spi.ConversationEntry.TurnPinned;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ConversationEntryTest {

    private static final Instant TIME = Instant.EPOCH;

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "../a", "a/b", "a\nb", "\u0000", "\u202Ea", "\u00e4", "a.b"})
    void refusesIdsAndBranchNamesThatCannotNameFiles(String id) {
        assertThatIllegalArgumentException().isThrownBy(() -> new BranchMoved(TIME, id, Optional.empty()))
                .withMessageContaining("branch name");
        assertThatIllegalArgumentException().isThrownBy(() -> new BranchMoved(TIME, "b", Optional.of(id)))
                .withMessageContaining("turn id");
        assertThatIllegalArgumentException().isThrownBy(() -> new BranchDeleted(TIME, id));
        assertThatIllegalArgumentException().isThrownBy(() -> new BranchRestored(TIME, id));
        assertThatIllegalArgumentException().isThrownBy(() -> new TurnPinned(TIME, id, true));
        assertThatIllegalArgumentException().isThrownBy(() -> new SummaryAdded(TIME, id, "text"));
    }

    @Test
    void refusesTextsThatNoFileCanHold() {
        assertThatIllegalArgumentException().isThrownBy(() -> new SummaryAdded(TIME, "t", "cut \uD83D"));
        assertThatIllegalArgumentException().isThrownBy(() -> new MetadataSet(TIME, "cut \uD83D", Optional.empty()));
        assertThatIllegalArgumentException().isThrownBy(() -> new MetadataSet(TIME, "k", Optional.of("\uDE00")))
                .withMessageContaining("metadata value");
        assertThatIllegalArgumentException().isThrownBy(() -> new MetadataSet(TIME, " ", Optional.of("v")));
    }

    @Test
    void takesAnyOtherText() {
        for (String text : List.of("", " ", "\u0000", "\uD83D\uDE00", "\u202E")) {
            assertThat(new SummaryAdded(TIME, "t-_1", text).text()).isEqualTo(text);
            assertThat(new MetadataSet(TIME, "k", Optional.of(text)).value()).contains(text);
        }
    }

    @Test
    @SuppressWarnings("NullAway") // a faulty caller
    void refusesToHappenAtNoTime() {
        assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> new BranchDeleted(null, "b"))
                .withMessage("at");
    }
}
