package dev.llf.schema;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Bounds the length of a string in characters (code points), or the number of elements of a list, array or map. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface Size {

    /**
     * The smallest size allowed.
     *
     * @return at least 0; default 0
     */
    int min() default 0;

    /**
     * The largest size allowed.
     *
     * @return at least {@link #min}; default no bound
     */
    int max() default Integer.MAX_VALUE;
}
