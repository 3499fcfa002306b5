/**
 * What happened over months: tokens, time, outcomes, tools and cost, without a word of what was said.
 *
 * <p>Start at {@link dev.llf.observe.analytics.AnalyticsStore}, which listens to turns and writes lines into files of a
 * month each, and at its {@link dev.llf.observe.analytics.AnalyticsStore#report report}. Chats never wait for the disk and
 * never fail because of it.
 */
@NullMarked
package dev.llf.observe.analytics;

import org.jspecify.annotations.NullMarked;
