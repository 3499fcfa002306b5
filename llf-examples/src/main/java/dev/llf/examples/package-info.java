/** Programs that show one thing each; run one with {@code ./mvnw -q -B -Pquickstart -Dexample=NAME ...} as README says. */
@NullMarked
package dev.llf.examples;

import org.jspecify.annotations.NullMarked;
