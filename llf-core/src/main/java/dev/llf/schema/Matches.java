package dev.llf.schema;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Demands that a whole string matches a regular expression. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface Matches {

    /**
     * The expression. Literals, classes, {@code . \d \w \s}, groups, {@code |} and repetitions bind the model while it
     * writes; with anything else ({@link JsonSchema#lint()} tells) the string is only checked afterwards.
     *
     * @return a regular expression in Java's notation
     */
    String value();
}
