package dev.llf.admission;

import dev.llf.chat.Priority;
import dev.llf.error.BusyException;
import dev.llf.error.ConfigurationException;
import dev.llf.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class AdmissionQueueTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualClock clock = new ManualClock();
    private Admission policy = Admission.defaults();
    private AdmissionQueue<String> queue = queue(1);

    private AdmissionQueue<String> queue(int slots) {
        return new AdmissionQueue<>(policy, slots, clock);
    }

    private static Claim claim(Priority priority, String tenant, long tokens) {
        return new Claim(priority, Optional.of(tenant), tokens);
    }

    private Ticket<String> join(String item, Priority priority, String tenant) {
        return queue.join(item, claim(priority, tenant, 0));
    }

    private Ticket<String> join(String item) {
        return queue.join(item, new Claim(Priority.NORMAL, Optional.empty(), 0));
    }

    private Ticket<String> join(String item, String tenant, long tokens) {
        return queue.join(item, claim(Priority.NORMAL, tenant, tokens));
    }

    private static RateLimit requests(double perSecond, long burst) {
        return RateLimit.ofRequests(Rate.perSecond(perSecond).withBurst(burst));
    }

    private static RateLimit tokens(double perSecond, long burst) {
        return RateLimit.ofTokens(Rate.perSecond(perSecond).withBurst(burst));
    }

    /** Admits one after the other, each ending before the next, until nobody can go. */
    private List<String> serveAll() {
        List<String> order = new ArrayList<>();
        for (Ticket<String> ticket = queue.next().orElse(null); ticket != null; ticket = queue.next().orElse(null)) {
            order.add(ticket.item());
            assertThat(queue.end(ticket, ticket.claim().tokens())).isTrue();
        }
        return order;
    }

    private List<String> admitted() {
        List<String> all = new ArrayList<>();
        queue.next().ifPresent(ticket -> {
            all.add(ticket.item());
            all.addAll(admitted());
        });
        return all;
    }

    private long nanosUntilChange() {
        return queue.nanosUntilChange().orElseThrow();
    }

    @Test
    void admitsAtOnceWhileASlotIsFree() {
        queue = queue(2);

        assertThat(join("a").running()).isTrue();
        assertThat(join("b").running()).isTrue();
        assertThat(join("c").waiting()).isTrue();

        assertThat(queue.next()).isEmpty();
        assertThat(queue.waiting()).isEqualTo(1);
        assertThat(queue.nanosUntilChange()).as("time alone changes nothing").isEmpty();
    }

    @Test
    void keepsTheOrderOfArrival() {
        Ticket<String> first = join("first");
        IntStream.range(0, 50).forEach(i -> join("" + i));

        queue.end(first, 0);

        assertThat(serveAll()).isEqualTo(IntStream.range(0, 50).mapToObj(i -> "" + i).toList());
    }

    @Test
    void admitsSixteenFourAndOne() {
        Ticket<String> first = join("first");
        for (int i = 0; i < 100; i++) {
            join("l", Priority.LOW, "a");
            join("n", Priority.NORMAL, "a");
            join("h", Priority.HIGH, "a");
        }
        queue.end(first, 0);

        String order = String.join("", serveAll());

        assertThat(order).startsWith("hhhhnhhhhnhhhhnhhhhnl".repeat(2));
        assertThat(order.chars().filter(c -> c == 'l').count()).isEqualTo(100);
    }

    @Test
    void sharesAmongThePrioritiesThatWait() {
        Ticket<String> first = join("first");
        for (int i = 0; i < 40; i++) {
            join("l", Priority.LOW, "a");
            join("n", Priority.NORMAL, "a");
        }
        queue.end(first, 0);

        assertThat(String.join("", serveAll())).startsWith("nnnnl".repeat(10)).endsWith("l".repeat(30));
    }

    @Test
    void savesUpNothingForAPriorityThatWasAway() {
        Ticket<String> first = join("first", Priority.LOW, "a");
        IntStream.range(0, 100).forEach(i -> join("l", Priority.LOW, "a"));
        queue.end(first, 0);
        assertThat(serveAll()).hasSize(100);

        Ticket<String> next = join("next", Priority.LOW, "a");
        for (int i = 0; i < 40; i++) {
            join("h", Priority.HIGH, "a");
            join("l", Priority.LOW, "a");
        }
        queue.end(next, 0);

        assertThat(String.join("", serveAll())).startsWith("h".repeat(16) + "l" + "h".repeat(16) + "l");
    }

    @Test
    void letsTenantsTakeTurns() {
        Ticket<String> first = join("first");
        for (String item : "a1 a2 a3 a4 b1 b2 c1".split(" ")) {
            join(item, Priority.NORMAL, item.substring(0, 1));
        }
        queue.end(first, 0);

        assertThat(serveAll()).containsExactly("a1", "b1", "c1", "a2", "b2", "a3", "a4");
    }

    @Test
    void treatsAllWithoutATenantAsOne() {
        Ticket<String> first = join("first");
        join("-1");
        join("-2");
        join("a1", Priority.NORMAL, "a");
        queue.end(first, 0);

        assertThat(serveAll()).containsExactly("-1", "a1", "-2");
    }

    @Test
    void refusesWhoFindsTheLineFull() {
        policy = Admission.defaults().withCapacity(2);
        queue = queue(1);
        Ticket<String> first = join("first");
        join("a");
        join("b");

        assertThatExceptionOfType(BusyException.class).isThrownBy(() -> join("c"))
                .satisfies(e -> assertThat(e.waiting()).isEqualTo(2))
                .satisfies(e -> assertThat(e.expectedWait()).as("nothing is known yet").isZero());
        clock.advance(SECOND.multipliedBy(6));
        queue.end(first, 0);
        assertThat(queue.next()).isPresent();
        join("d");

        assertThatExceptionOfType(BusyException.class).isThrownBy(() -> join("e"))
                .satisfies(e -> assertThat(e.expectedWait()).isEqualTo(SECOND.multipliedBy(18)));
        assertThat(queue.statistics().refused()).isEqualTo(2);
    }

    @Test
    void refusesATenantThatHasFilledItsPart() {
        policy = Admission.defaults().withCapacity(3).withCapacityPerTenant(1);
        queue = queue(1);
        join("first");
        join("a1", Priority.NORMAL, "a");

        assertThatExceptionOfType(BusyException.class).isThrownBy(() -> join("a2", Priority.HIGH, "a"))
                .withMessageContaining("tenant");
        join("b1", Priority.NORMAL, "b");
        join("-1");
        assertThatExceptionOfType(BusyException.class).isThrownBy(() -> join("c1", Priority.HIGH, "c"))
                .withMessageContaining("full");
        assertThat(queue.waiting()).isEqualTo(3);
    }

    @Test
    void takesOnOnlyWhatRunsAtOnceWhereNobodyMayWait() {
        for (Admission each : List.of(Admission.defaults().withCapacity(0),
                Admission.defaults().withMaxWait(Duration.ZERO),
                Admission.defaults().withCapacityPerTenant(0))) {
            policy = each;
            queue = queue(1);
            Ticket<String> first = join("first");

            assertThat(first.running()).isTrue();
            assertThatExceptionOfType(BusyException.class).isThrownBy(() -> join("second"));
            queue.end(first, 0);
            assertThat(join("third").running()).isTrue();
        }
    }

    @Test
    void letsNobodyOvertakeWhoCanGo() {
        queue = queue(1);
        Ticket<String> first = join("first");
        join("a");
        queue.end(first, 0);

        assertThat(join("b").waiting()).as("before the owner has asked for the next").isTrue();

        assertThat(serveAll()).containsExactly("a", "b");
    }

    @Test
    void takesOutWhoLeaves() {
        Ticket<String> first = join("first");
        Ticket<String> a = join("a");
        Ticket<String> b = join("b");
        join("c");

        assertThat(queue.cancel(b)).isTrue();
        assertThat(queue.cancel(b)).isFalse();
        assertThat(queue.expire(b)).isFalse();
        assertThat(queue.end(b, 0)).isFalse();
        assertThat(queue.cancel(first)).as("it runs").isFalse();
        assertThat(queue.expire(a)).isTrue();
        queue.end(first, 0);

        assertThat(serveAll()).containsExactly("c");
        assertThat(queue.statistics().cancelledWaiting()).isEqualTo(1);
        assertThat(queue.statistics().expiredWaiting()).isEqualTo(1);
    }

    @Test
    void givesASlotBackOnce() {
        Ticket<String> first = join("first");
        join("a");
        join("b");

        assertThat(queue.end(first, 0)).isTrue();
        assertThat(queue.next()).isPresent();
        assertThat(queue.end(first, 0)).isFalse();

        assertThat(queue.next()).as("one slot, one runs").isEmpty();
        assertThat(queue.statistics().running()).isEqualTo(1);
        assertThatIllegalArgumentException().isThrownBy(() -> queue.end(first, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> queue(0));
    }

    @Test
    void takesOutWhoHasWaitedTooLong() {
        policy = Admission.defaults().withMaxWait(SECOND.multipliedBy(2));
        queue = queue(1);
        join("first");
        join("a", Priority.LOW, "x");
        clock.advance(SECOND);
        join("b", Priority.HIGH, "y");

        assertThat(nanosUntilChange()).isEqualTo(SECOND.toNanos());
        assertThat(queue.expired()).isEmpty();
        clock.advance(SECOND);
        assertThat(queue.expired()).extracting(Ticket::item).containsExactly("a");
        assertThat(nanosUntilChange()).isEqualTo(SECOND.toNanos());
        clock.advance(SECOND.multipliedBy(9));
        assertThat(queue.expired()).extracting(Ticket::item).containsExactly("b");

        assertThat(queue.nanosUntilChange()).isEmpty();
        assertThat(queue.waiting()).isZero();
        assertThat(queue.statistics().expiredWaiting()).isEqualTo(2);
    }

    @Test
    void waitsAnyTimeThatFitsADuration() {
        policy = Admission.defaults().withMaxWait(Duration.ofSeconds(Long.MAX_VALUE));
        queue = queue(1);
        join("first");
        join("a");
        clock.advance(Duration.ofDays(1000));

        assertThat(queue.expired()).isEmpty();
        assertThat(queue.nanosUntilChange()).isPresent();
    }

    @Test
    void holdsBackWhatARateDoesNotLetPass() {
        policy = Admission.defaults().withModelLimit(requests(1, 2));
        queue = queue(4);

        assertThat(join("a").running()).isTrue();
        assertThat(join("b").running()).isTrue();
        assertThat(join("c").waiting()).isTrue();
        assertThat(join("d").waiting()).isTrue();

        assertThat(queue.next()).isEmpty();
        assertThat(nanosUntilChange()).isEqualTo(SECOND.toNanos());
        clock.advance(SECOND.minusNanos(1));
        assertThat(queue.next()).isEmpty();
        assertThat(nanosUntilChange()).isEqualTo(1);
        clock.advance(Duration.ofNanos(1));
        assertThat(admitted()).containsExactly("c");
        clock.advance(SECOND);
        assertThat(admitted()).containsExactly("d");
        assertThat(queue.statistics().delayedByRate()).isEqualTo(2);
    }

    @Test
    void burnsNothingWhileWaitingForASlot() {
        policy = Admission.defaults().withModelLimit(requests(0.001, 3));
        queue = queue(1);
        Ticket<String> first = join("first");
        Ticket<String> left = join("left");
        join("a");
        join("b");
        for (int i = 0; i < 1000; i++) {
            assertThat(queue.next()).isEmpty();
        }

        queue.cancel(left);
        queue.end(first, 0);

        assertThat(serveAll()).as("the burst is 3").containsExactly("a", "b");
        assertThat(queue.statistics().delayedByRate()).isZero();
    }

    @Test
    void passesOverTenantsWhoseRateIsUsedUp() {
        policy = Admission.defaults().withTenantLimit(requests(1, 1));
        queue = queue(1);
        Ticket<String> first = join("first", Priority.NORMAL, "a");
        join("a1", Priority.HIGH, "a");
        join("a2", Priority.NORMAL, "a");
        join("b1", Priority.LOW, "b");
        join("b2", Priority.LOW, "b");
        queue.end(first, 0);

        assertThat(serveAll()).containsExactly("b1");
        assertThat(nanosUntilChange()).isEqualTo(SECOND.toNanos());
        clock.advance(SECOND);

        assertThat(serveAll()).containsExactly("a1", "b2");
        clock.advance(SECOND);
        assertThat(serveAll()).containsExactly("a2");
    }

    @Test
    void tellsTheFirstTimeThatSomebodyCanGo() {
        policy = Admission.defaults().withTenantLimit(tokens(1, 100));
        queue = queue(3);
        join("a0", "a", 100);
        join("b0", "b", 100);
        join("a1", "a", 50);
        join("b1", "b", 20);

        assertThat(queue.next()).isEmpty();
        assertThat(nanosUntilChange()).isEqualTo(SECOND.multipliedBy(20).toNanos());
    }

    @Test
    void letsNothingSmallOvertakeSomethingLargeWithoutEnd() {
        policy = Admission.defaults().withModelLimit(tokens(1, 100));
        queue = queue(4);
        join("first", "a", 100);
        join("large", "a", 100);
        for (int i = 0; i < 99; i++) {
            clock.advance(SECOND);
            join("small", "b" + i, 1);
            assertThat(admitted()).isEmpty();
        }
        clock.advance(SECOND);

        assertThat(admitted()).containsExactly("large");
    }

    @Test
    void letsNothingSmallOfTheSameTenantOvertakeSomethingLargeWithoutEnd() {
        policy = Admission.defaults().withTenantLimit(tokens(1, 100));
        queue = queue(4);
        queue.end(join("first", "a", 100), 100);
        queue.join("large", claim(Priority.LOW, "a", 100));
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 200 && !order.contains("large"); i++) {
            queue.join("small", claim(Priority.HIGH, "a", 1));
            clock.advance(SECOND);
            order.addAll(serveAll());
        }

        assertThat(order).as("after 16 of a high priority").hasSize(17).endsWith("large");
    }

    @Test
    void givesBackTheTokensThatWereNotUsed() {
        policy = Admission.defaults().withModelLimit(tokens(1, 100)).withTenantLimit(tokens(1, 100));
        queue = queue(2);
        Ticket<String> first = join("first", "a", 90);
        join("a1", "a", 80);
        assertThat(admitted()).isEmpty();

        queue.end(first, 20);

        assertThat(admitted()).containsExactly("a1");
        join("a2", "a", 1);
        assertThat(queue.next()).as("20 and 80 are gone").isEmpty();
        assertThat(nanosUntilChange()).isEqualTo(SECOND.toNanos());
    }

    @Test
    void chargesWhatWasUsedBeyondTheClaim() {
        policy = Admission.defaults().withModelLimit(tokens(1, 10));
        queue = queue(1);
        queue.end(join("first", "a", 10), 25);
        join("b", "b", 1);

        assertThat(queue.next()).isEmpty();
        assertThat(nanosUntilChange()).isEqualTo(SECOND.multipliedBy(16).toNanos());
    }

    @Test
    void refusesForGoodWhatCanNeverPass() {
        policy = Admission.defaults().withModelLimit(tokens(1, 100)).withTenantLimit(tokens(1, 50));
        queue = queue(1);

        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> join("a", "a", 101))
                .withMessageContaining("101").withMessageContaining("100").withMessageContaining("the model");
        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> join("a", "a", 51))
                .withMessageContaining("its tenant");
        assertThat(join("a", "a", 50).running()).isTrue();
        assertThat(queue.statistics().submitted()).isEqualTo(1);
        assertThat(queue.knownTenants()).isEqualTo(1);
    }

    @Test
    void forgetsTenantsThatAreAsTheyWere() {
        policy = Admission.defaults().withTenantLimit(requests(1, 1));
        queue = queue(1);
        for (int i = 0; i < 1000; i++) {
            queue.end(join("x", "tenant " + i, 0), 0);
            clock.advance(Duration.ofMillis(100));
        }

        assertThat(queue.knownTenants()).as("those of the last second").isEqualTo(10);
        clock.advance(SECOND);
        queue.end(join("y", "last", 0), 0);
        assertThat(queue.knownTenants()).isEqualTo(1);
    }

    @Test
    void remembersNoTenantsWithoutARate() {
        Ticket<String> first = join("first", "a", 0);
        Ticket<String> second = join("second", "b", 0);
        assertThat(queue.knownTenants()).isEqualTo(2);
        queue.cancel(second);
        assertThat(queue.knownTenants()).isEqualTo(1);
        queue.end(first, 0);

        assertThat(queue.knownTenants()).isZero();
    }

    @Test
    void boundsWhatItRemembersOfTenants() {
        policy = Admission.defaults().withTenantLimit(requests(0.0001, 1));
        queue = queue(1);
        for (int i = 0; i < Tenants.MOST_IDLE + 100; i++) {
            queue.end(join("x", "tenant " + i, 0), 0);
        }

        assertThat(queue.knownTenants()).isEqualTo(Tenants.MOST_IDLE);
        assertThat(join("y", "tenant 99", 0).running()).as("let off").isTrue();
    }

    @Test
    void knowsATenantAgainWhileItsBucketFills() {
        policy = Admission.defaults().withTenantLimit(requests(1, 1)).withCapacity(0);
        queue = queue(1);
        queue.end(join("a", "a", 0), 0);

        assertThatExceptionOfType(BusyException.class).isThrownBy(() -> join("b", "a", 0));
        assertThatExceptionOfType(BusyException.class).isThrownBy(() -> join("c", "a", 0));
        assertThat(queue.knownTenants()).isEqualTo(1);
        clock.advance(SECOND);

        queue.end(join("d", "a", 0), 0);
        assertThat(queue.knownTenants()).isEqualTo(1);
    }

    @Test
    void countsWhatBecomesOfEveryone() {
        policy = Admission.defaults().withCapacity(3);
        queue = queue(2);
        Ticket<String> first = join("first", Priority.HIGH, "a");
        join("second");
        Ticket<String> cancelled = join("cancelled", Priority.LOW, "a");
        clock.advance(SECOND);
        Ticket<String> expired = join("expired", Priority.HIGH, "a");
        join("waiting", Priority.HIGH, "a");
        assertThatExceptionOfType(BusyException.class).isThrownBy(() -> join("refused"));
        queue.cancel(cancelled);
        queue.expire(expired);
        queue.end(first, 0);
        clock.advance(SECOND);

        AdmissionStatistics statistics = queue.statistics();

        assertThat(statistics).isEqualTo(new AdmissionStatistics(2, 1, Map.of(Priority.HIGH, 1), 6, 2, 1, 1, 1, 1, 0,
                new AdmissionStatistics.WaitTimes(2, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO),
                Optional.of(SECOND), SECOND));
        assertThat(statistics.waiting()).isEqualTo(1);
        assertThat(statistics.waitingByPriority())
                .isEqualTo(Map.of(Priority.HIGH, 1, Priority.NORMAL, 0, Priority.LOW, 0));
    }

    @Test
    void tellsWaitsByTheNearestRank() {
        assertThat(queue.statistics().waits())
                .isEqualTo(new AdmissionStatistics.WaitTimes(0, Duration.ZERO, Duration.ZERO, Duration.ZERO,
                        Duration.ZERO));
        for (int i = 1; i <= 200; i++) {
            Ticket<String> before = join("x");
            join("y");
            clock.advance(Duration.ofMillis(i));
            queue.end(before, 0);
            assertThat(serveAll()).hasSize(1);
        }

        AdmissionStatistics.WaitTimes waits = queue.statistics().waits();

        assertThat(waits.count()).isEqualTo(400); // half of them did not wait, the others 1 to 200 ms
        assertThat(waits.p50()).isZero();
        assertThat(waits.p95()).isEqualTo(Duration.ofMillis(180));
        assertThat(waits.p99()).isEqualTo(Duration.ofMillis(196));
        assertThat(waits.max()).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void remembersTheLast1024Waits() {
        Ticket<String> before = join("x");
        join("y");
        clock.advance(Duration.ofDays(1));
        queue.end(before, 0);
        serveAll();
        assertThat(queue.statistics().waits().max()).isEqualTo(Duration.ofDays(1));

        IntStream.range(0, 1024).forEach(i -> queue.end(join("z"), 0));

        assertThat(queue.statistics().waits().max()).isZero();
        assertThat(queue.statistics().waits().count()).isEqualTo(1024);
    }

    @Test
    void expectsWaitsFromTheTimesOfRuns() {
        queue = queue(2);
        assertThat(queue.statistics().expectedWait()).isZero();
        for (int i = 0; i < 4; i++) {
            Ticket<String> run = join("x");
            clock.advance(SECOND.multipliedBy(3));
            queue.end(run, 0);
        }
        assertThat(queue.statistics().expectedWait()).as("a slot is free").isZero();

        IntStream.range(0, 5).forEach(i -> join("y"));

        assertThat(queue.statistics().expectedWait()).as("3 in front and itself, on 2 slots")
                .isEqualTo(SECOND.multipliedBy(6));
    }

    @Test
    void ordersTheSameWhateverSlotsThereAre() {
        List<List<String>> orders = new ArrayList<>();
        for (int slots : new int[] {1, 3}) {
            queue = queue(slots);
            List<Ticket<String>> first = IntStream.range(0, slots).mapToObj(i -> join("first")).toList();
            for (int i = 0; i < 60; i++) {
                join("" + i, Priority.values()[i % 3], "tenant " + i % 7);
            }
            first.forEach(ticket -> queue.end(ticket, 0));
            orders.add(serveAll());
        }

        assertThat(orders.getFirst()).hasSize(60).isEqualTo(orders.getLast());
        assertThat(orders.getFirst().stream().map(item -> Priority.values()[Integer.parseInt(item) % 3])
                .limit(21).collect(Collectors.groupingBy(p -> p, Collectors.counting())))
                .isEqualTo(Map.of(Priority.HIGH, 16L, Priority.NORMAL, 4L, Priority.LOW, 1L));
    }
}
