package dev.llf.schema;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Bounds a number. Whole bounds beyond 2<sup>53</sup> are rounded, as every {@code double} is. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface Range {

    /**
     * The smallest number allowed.
     *
     * @return the bound, which belongs to the range; default none
     */
    double min() default Double.NEGATIVE_INFINITY;

    /**
     * The largest number allowed.
     *
     * @return the bound, which belongs to the range; default none
     */
    double max() default Double.POSITIVE_INFINITY;
}
