package dev.llf.observe.analytics;

import dev.llf.chat.Usage;
import dev.llf.observe.analytics.AnalyticsReport.Tokens;
import dev.llf.observe.analytics.PriceTable.Price;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Sums of tokens, apart by price, since money is no thing to add a million times. */
final class TokenTally {

    private final Map<Price, long[]> priced = new HashMap<>();
    private long turns;
    private long prompt;
    private long cached;
    private long completion;
    private long unpriced;

    void add(Usage usage, Optional<Price> price) {
        turns++;
        prompt += usage.promptTokens();
        cached += usage.cachedTokens();
        completion += usage.completionTokens();
        if (price.isPresent()) {
            long[] sums = priced.computeIfAbsent(price.get(), any -> new long[2]);
            sums[0] += usage.promptTokens();
            sums[1] += usage.completionTokens();
        } else {
            unpriced += (long) usage.promptTokens() + usage.completionTokens();
        }
    }

    Tokens tokens() {
        return new Tokens(turns, prompt, cached, completion);
    }

    BigDecimal cost() {
        BigDecimal cost = BigDecimal.ZERO;
        for (Map.Entry<Price, long[]> each : priced.entrySet()) {
            cost = cost.add(each.getKey().of(each.getValue()[0], each.getValue()[1]));
        }
        return cost;
    }

    /** Tokens without a price. */
    long unpriced() {
        return unpriced;
    }
}
