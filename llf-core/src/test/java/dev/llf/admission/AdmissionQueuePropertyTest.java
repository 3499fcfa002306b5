package dev.llf.admission;

import dev.llf.chat.Priority;
import dev.llf.error.BusyException;
import dev.llf.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What holds for a line whoever comes and goes. */
class AdmissionQueuePropertyTest {

    private static final int STEPS = 20_000;
    private static final int TENANTS = 5;
    private static final int CYCLE = 21;

    private final ManualClock clock = new ManualClock();

    /** One who came, and how far everything was then. */
    private record Arrival(int number, Priority priority, String tenant, int ahead, long admittedBefore) {}

    private static <T> T any(List<T> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }

    private static Claim claim(Random random) {
        Priority priority = any(List.of(Priority.HIGH, Priority.HIGH, Priority.HIGH, Priority.NORMAL, Priority.LOW),
                random);
        return new Claim(priority, Optional.of("tenant " + random.nextInt(TENANTS)), random.nextInt(100));
    }

    private static void checkCounts(AdmissionStatistics now, int slots, Admission policy) {
        assertThat(now.submitted()).isEqualTo(now.admitted() + now.refused() + now.cancelledWaiting()
                + now.expiredWaiting() + now.waiting());
        assertThat(now.admitted()).isEqualTo(now.completed() + now.running());
        assertThat(now.running()).isBetween(0, slots);
        assertThat(now.waiting()).isBetween(0, policy.capacity());
        assertThat(now.oldestWaiting().isPresent()).isEqualTo(now.waiting() > 0);
    }

    /** More come than can be served, most of them of a high priority; each is admitted within a bound of its own. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void nobodyStarves(long seed) {
        Random random = new Random(seed);
        AdmissionQueue<Arrival> queue = new AdmissionQueue<>(Admission.defaults().withCapacity(200), 1, clock);
        Map<String, Integer> waiting = new HashMap<>();
        Map<String, Integer> lastOfKind = new HashMap<>();
        Ticket<Arrival> running = queue.join(new Arrival(-1, Priority.HIGH, "", 0, 0), claim(random));
        int longest = 0;
        for (int i = 0; i < STEPS; i++) {
            Claim claim = claim(random);
            String kind = claim.priority() + " " + claim.tenant();
            try {
                queue.join(new Arrival(i, claim.priority(), kind, waiting.getOrDefault(kind, 0),
                        queue.statistics().admitted()), claim);
                waiting.merge(kind, 1, Integer::sum);
            } catch (BusyException e) {
                assertThat(queue.waiting()).isEqualTo(200);
            }
            if (random.nextInt(10) < 7) {
                queue.end(running, 0);
                running = queue.next().orElseThrow();
                Arrival arrival = running.item();
                waiting.merge(arrival.tenant, -1, Integer::sum);
                long overtaken = queue.statistics().admitted() - 1 - arrival.admittedBefore;
                assertThat(overtaken).as("%s", arrival)
                        .isLessThanOrEqualTo((long) CYCLE * TENANTS * (arrival.ahead + 1));
                assertThat(lastOfKind.merge(arrival.tenant, arrival.number, Math::max))
                        .as("its own kind keeps its order")
                        .isEqualTo(arrival.number);
                longest = Math.max(longest, (int) overtaken);
            }
        }
        assertThat(longest).as("the test has put somebody off").isGreaterThan(CYCLE);
        assertThat(queue.statistics().refused()).as("the test has filled the line").isPositive();
    }

    /** Everything happens in any order, with limits of all kinds; the counts agree after every step, and all of it ends. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everythingIsCountedAndEnds(long seed) {
        Random random = new Random(seed);
        Admission policy = Admission.defaults().withCapacity(30).withCapacityPerTenant(10)
                .withMaxWait(Duration.ofSeconds(20))
                .withModelLimit(RateLimit.ofRequests(Rate.perSecond(8)).withTokens(Rate.perSecond(300)))
                .withTenantLimit(RateLimit.ofRequests(Rate.perSecond(2)).withTokens(Rate.perSecond(100).withBurst(99)));
        AdmissionQueue<Integer> queue = new AdmissionQueue<>(policy, 3, clock);
        List<Ticket<Integer>> tickets = new ArrayList<>();
        int refused = 0;
        for (int i = 0; i < STEPS; i++) {
            switch (random.nextInt(6)) {
                case 0, 1 -> {
                    try {
                        tickets.add(queue.join(i, claim(random)));
                    } catch (BusyException e) {
                        refused++;
                    }
                }
                case 2 -> queue.next();
                case 3 -> end(queue, tickets, random);
                case 4 -> {
                    if (!tickets.isEmpty()) {
                        queue.cancel(any(tickets, random));
                    }
                }
                default -> {
                    clock.advance(Duration.ofMillis(random.nextInt(500)));
                    queue.expired();
                }
            }
            tickets.removeIf(ticket -> !ticket.running() && !ticket.waiting());
            checkCounts(queue.statistics(), 3, policy);
        }
        while (!tickets.isEmpty()) {
            tickets.stream().filter(Ticket::running).toList().forEach(ticket -> queue.end(ticket, 1));
            while (queue.next().isPresent()) {
                checkCounts(queue.statistics(), 3, policy);
            }
            tickets.removeIf(ticket -> !ticket.running() && !ticket.waiting());
            if (tickets.stream().noneMatch(Ticket::running) && !tickets.isEmpty()) {
                clock.advance(Duration.ofNanos(queue.nanosUntilChange().orElseThrow())); // it tells when to go on
                queue.expired();
                tickets.removeIf(ticket -> !ticket.running() && !ticket.waiting());
            }
        }

        AdmissionStatistics end = queue.statistics();
        checkCounts(end, 3, policy);
        assertThat(end.refused()).isEqualTo(refused).isPositive();
        assertThat(end.waiting() + end.running()).isZero();
        assertThat(List.of(end.completed(), end.cancelledWaiting(), end.expiredWaiting(), end.delayedByRate()))
                .as("the test does everything").allMatch(count -> count > 0);
        clock.advance(Duration.ofHours(1));
        queue.end(queue.join(0, claim(random)), 0);
        assertThat(queue.knownTenants()).isLessThanOrEqualTo(1);
    }

    private static void end(AdmissionQueue<Integer> queue, List<Ticket<Integer>> tickets, Random random) {
        tickets.stream().filter(Ticket::running).findAny()
                .ifPresent(ticket -> queue.end(ticket, random.nextLong(ticket.claim().tokens() + 1)));
    }
}
