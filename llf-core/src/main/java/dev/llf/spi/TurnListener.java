package dev.llf.spi;

/**
 * Is told what happens in the turns of all conversations: traces, metrics, analytics and logs are made of it. What is
 * asked outside of any conversation, such as values to extract or models to compare, is no turn.
 *
 * <p>The events of one turn come one at a time, in the order in which they happened, the last one being
 * {@link TurnEvent.Completed}, {@link TurnEvent.Cancelled} or {@link TurnEvent.Failed}; those of different turns come side
 * by side. A listener is called where an event happens: on the thread that began the turn, the turn's own, or the one that
 * reads from the model. Turns wait for their listeners, so these must be quick, must not block, and must not start a turn.
 * What they throw is logged and goes no further.
 */
@FunctionalInterface
public interface TurnListener {

    /**
     * Is told of an event.
     *
     * @param event what happened
     */
    void on(TurnEvent event);
}
