package dev.llf.observe.analytics;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** Where events are kept. */
interface EventLog {

    /** Takes what a log holds. */
    interface Sink {
        void event(AnalyticsEvent event);

        /** A line that is no event. */
        void badLine();
    }

    /**
     * Adds the front of a list: as many events as go together, at least one.
     *
     * @return how many
     * @throws IOException if nothing was added
     */
    int append(List<AnalyticsEvent> events) throws IOException;

    /** Hands out all events of the period; others may be among them. */
    void read(Period period, Sink sink) throws IOException;

    /** Deletes what is wholly before a time. */
    void deleteBefore(Instant time) throws IOException;

    void clear() throws IOException;
}
