package dev.llf.admission;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a model takes requests on: how many may wait, for how long, and how much may pass in the long run. Immutable.
 *
 * @param capacity          requests that may wait, 0 to 1000000; 0 takes on only what can run at once
 * @param capacityPerTenant requests of one tenant that may wait, 0 to 1000000; empty for as many as the line holds
 * @param maxWait           how long a request may wait before it fails as busy; zero if not at all, empty for any time
 * @param modelLimit        what may pass of all requests together, or empty for anything
 * @param tenantLimit       what may pass of each tenant, or empty for anything
 */
public record Admission(int capacity, OptionalInt capacityPerTenant, Optional<Duration> maxWait,
        Optional<RateLimit> modelLimit, Optional<RateLimit> tenantLimit) {

    private static final int MAX_CAPACITY = 1_000_000;
    private static final int DEFAULT_CAPACITY = 1024;
    private static final Admission DEFAULTS = new Admission(DEFAULT_CAPACITY, OptionalInt.empty(), Optional.empty(),
            Optional.empty(), Optional.empty());

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is outside its range
     */
    public Admission {
        checkCapacity(capacity, "capacity");
        capacityPerTenant.ifPresent(value -> checkCapacity(value, "capacityPerTenant"));
        maxWait.ifPresent(Admission::checkWait);
        Objects.requireNonNull(modelLimit, "modelLimit");
        Objects.requireNonNull(tenantLimit, "tenantLimit");
    }

    private static void checkCapacity(int value, String what) {
        if (value < 0 || value > MAX_CAPACITY) {
            throw new IllegalArgumentException("%s must be 0 to %d, was %d".formatted(what, MAX_CAPACITY, value));
        }
    }

    private static void checkWait(Duration wait) {
        if (wait.isNegative()) {
            throw new IllegalArgumentException("maxWait must not be negative, was %s".formatted(wait));
        }
    }

    /**
     * Returns the policy of models that are given none.
     *
     * @return 1024 may wait, of any tenant and for any time; no rate is limited
     */
    public static Admission defaults() {
        return DEFAULTS;
    }

    /**
     * Returns this policy with another length of the line.
     *
     * @param requests requests that may wait, 0 to 1000000
     * @return the policy
     * @throws IllegalArgumentException if it is outside that range
     */
    public Admission withCapacity(int requests) {
        return new Admission(requests, capacityPerTenant, maxWait, modelLimit, tenantLimit);
    }

    /**
     * Returns this policy with a bound for each tenant, so that none can fill the line. Requests without a tenant are those
     * of one tenant.
     *
     * @param requests requests of one tenant that may wait, 0 to 1000000
     * @return the policy
     * @throws IllegalArgumentException if it is outside that range
     */
    public Admission withCapacityPerTenant(int requests) {
        return new Admission(capacity, OptionalInt.of(requests), maxWait, modelLimit, tenantLimit);
    }

    /**
     * Returns this policy with a longest wait, after which a request fails with a
     * {@link dev.llf.error.BusyException}.
     *
     * @param wait how long a request may wait; zero to refuse at once what cannot run at once
     * @return the policy
     * @throws IllegalArgumentException if it is negative
     */
    public Admission withMaxWait(Duration wait) {
        return new Admission(capacity, capacityPerTenant, Optional.of(wait), modelLimit, tenantLimit);
    }

    /**
     * Returns this policy with a limit for all requests together.
     *
     * @param limit what may pass
     * @return the policy
     */
    public Admission withModelLimit(RateLimit limit) {
        return new Admission(capacity, capacityPerTenant, maxWait, Optional.of(limit), tenantLimit);
    }

    /**
     * Returns this policy with a limit for each tenant. Requests without a tenant are those of one tenant.
     *
     * @param limit what may pass
     * @return the policy
     */
    public Admission withTenantLimit(RateLimit limit) {
        return new Admission(capacity, capacityPerTenant, maxWait, modelLimit, Optional.of(limit));
    }
}
