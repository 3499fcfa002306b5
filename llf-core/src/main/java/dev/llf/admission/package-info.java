/**
 * Who may use something that only few can use at once, and when: a bounded line, fair to priorities and tenants, and limits
 * of rates.
 *
 * <p>Start at {@link dev.llf.admission.Admission}, the policy of a model. {@link dev.llf.admission.AdmissionQueue} is the
 * line, {@link dev.llf.admission.TokenBucket} one limited rate.
 *
 * <p>Nothing here has a thread or waits: whoever owns a line is told when to look at it again.
 */
@NullMarked
package dev.llf.admission;

import org.jspecify.annotations.NullMarked;
