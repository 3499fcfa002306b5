package dev.llf.observe.analytics;

/**
 * What became of the events of a store since it was opened.
 *
 * @param recorded    events that were written
 * @param waiting     events that wait to be written
 * @param dropped     events that found the queue full or the store closed
 * @param failed      events that were given up because they could not be made or written
 * @param writeErrors attempts to write that failed; most are repeated later with the same events
 */
public record AnalyticsStatistics(long recorded, int waiting, long dropped, long failed, long writeErrors) {}
