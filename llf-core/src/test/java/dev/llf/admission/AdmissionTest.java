package dev.llf.admission;

import dev.llf.chat.ChatRequest;
import dev.llf.chat.Message;
import dev.llf.chat.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class AdmissionTest {

    @Test
    void lets1024WaitUnlessTold() {
        Admission defaults = Admission.defaults();

        assertThat(defaults.capacity()).isEqualTo(1024);
        assertThat(defaults.capacityPerTenant()).isEmpty();
        assertThat(defaults.maxWait()).isEmpty();
        assertThat(defaults.modelLimit()).isEmpty();
        assertThat(defaults.tenantLimit()).isEmpty();
    }

    @Test
    void keepsWhatWasSetBefore() {
        RateLimit ten = RateLimit.ofRequests(Rate.perMinute(10));
        RateLimit many = RateLimit.ofTokens(Rate.perMinute(100)).withRequests(Rate.perSecond(1));
        Admission all = Admission.defaults().withCapacity(5).withCapacityPerTenant(2).withMaxWait(Duration.ofSeconds(3))
                .withModelLimit(many).withTenantLimit(ten);

        assertThat(all.capacity()).isEqualTo(5);
        assertThat(all.capacityPerTenant()).hasValue(2);
        assertThat(all.maxWait()).contains(Duration.ofSeconds(3));
        assertThat(all.modelLimit()).contains(many);
        assertThat(all.tenantLimit()).contains(ten);
        assertThat(all).as("models of equal admissions share a line")
                .isEqualTo(Admission.defaults().withTenantLimit(ten)
                        .withModelLimit(many).withMaxWait(Duration.ofMillis(3000)).withCapacityPerTenant(2)
                        .withCapacity(5));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1_000_001, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void refusesLengthsOutOfRange(int bad) {
        assertThatIllegalArgumentException().isThrownBy(() -> Admission.defaults().withCapacity(bad))
                .withMessageEndingWith("was " + bad);
        assertThatIllegalArgumentException().isThrownBy(() -> Admission.defaults().withCapacityPerTenant(bad))
                .withMessageStartingWith("capacityPerTenant").withMessageEndingWith("was " + bad);
    }

    @Test
    void refusesNegativeWaits() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Admission.defaults().withMaxWait(Duration.ofNanos(-1)));
        assertThat(Admission.defaults().withMaxWait(Duration.ZERO).maxWait()).contains(Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 1e9 + 1})
    void refusesRatesThatAreNone(double bad) {
        assertThatIllegalArgumentException().isThrownBy(() -> Rate.perMinute(bad)).withMessageEndingWith("was " + bad);
        assertThatIllegalArgumentException().isThrownBy(() -> Rate.perSecond(bad));
        assertThatIllegalArgumentException().isThrownBy(() -> new Rate(bad, 1));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 1_000_000_001, Long.MIN_VALUE, Long.MAX_VALUE})
    void refusesBurstsOutOfRange(long bad) {
        assertThatIllegalArgumentException().isThrownBy(() -> Rate.perMinute(1).withBurst(bad))
                .withMessageEndingWith("was " + bad);
    }

    @ParameterizedTest
    @CsvSource({"60, 60", "90.9, 90", "1, 1", "0.001, 1", "1e9, 1000000000", "4.9e-324, 1"})
    void savesUpAMinuteAndAtLeastOne(double perMinute, long burst) {
        assertThat(Rate.perMinute(perMinute).burst()).isEqualTo(burst);
    }

    @Test
    void takesFractionsOfASecond() {
        assertThat(Rate.perSecond(0.01)).isEqualTo(new Rate(0.6, 1));
        assertThat(Rate.perSecond(2).withBurst(4)).isEqualTo(new Rate(120, 4));
    }

    @Test
    void limitsSomething() {
        assertThatIllegalArgumentException().isThrownBy(() -> new RateLimit(Optional.empty(), Optional.empty()));
        assertThat(RateLimit.ofRequests(Rate.perMinute(1)).withTokens(Rate.perMinute(2)))
                .isEqualTo(RateLimit.ofTokens(Rate.perMinute(2)).withRequests(Rate.perMinute(1)));
    }

    @Test
    void claimsWhatARequestSays() {
        ChatRequest request = ChatRequest.builder().messages(List.of(Message.user("Hello!"))).priority(Priority.LOW)
                .tenant("ada").build();

        assertThat(Claim.of(request, 7)).isEqualTo(new Claim(Priority.LOW, Optional.of("ada"), 7));
        assertThat(Claim.of(ChatRequest.of(Message.user("Hello!")), 0))
                .isEqualTo(new Claim(Priority.NORMAL, Optional.empty(), 0));
        assertThatIllegalArgumentException().isThrownBy(() -> Claim.of(request, -1));
    }
}
