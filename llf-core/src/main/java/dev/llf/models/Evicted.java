package dev.llf.models;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model that the pool no longer has and that is still to be closed.
 *
 * @param name  its name
 * @param model the model
 */
record Evicted<T extends AutoCloseable>(String name, T model) {

    private static final Logger LOG = LoggerFactory.getLogger(Evicted.class);

    /** Closes it; may take a while. A failure must not keep the others from being closed. */
    void close(String reason) {
        try {
            model.close();
            LOG.info("Closed the model {}: {}", name, reason);
        } catch (Exception | Error e) {
            LOG.warn("Closing the model {} failed", name, e);
        }
    }
}
