package dev.llf.survival;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A set of hazards of the engine, each a method whose name says what guards against it. A child JVM runs them in order and
 * prints what became of each; see {@link HazardSuite}.
 */
public abstract class HazardRows implements AutoCloseable {

    private static final Pattern NAME = Pattern.compile("[abc]\\d+_\\w+");

    /** Prepares what the rows share. */
    protected HazardRows() {}

    /** Returns the names of the rows in the order of their numbers. */
    public static List<String> names(Class<? extends HazardRows> rows) {
        return methods(rows).stream().map(Method::getName).toList();
    }

    private static List<Method> methods(Class<? extends HazardRows> rows) {
        return Arrays.stream(rows.getDeclaredMethods()).filter(method -> NAME.matcher(method.getName()).matches())
                .sorted(Comparator.comparingInt(HazardRows::number).thenComparing(Method::getName)).toList();
    }

    private static int number(Method row) {
        return Integer.parseInt(row.getName().substring(1, row.getName().indexOf('_')));
    }

    /** Checks after a row that the engine still does what it did before. */
    protected abstract void checkUnharmed();

    @Override
    public abstract void close();

    /** Runs the rows that are named, or all. */
    protected static void run(HazardRows rows, String... only) throws IllegalAccessException {
        for (Method row : methods(rows.getClass())) {
            if (only.length > 0 && !List.of(only).contains(row.getName())) {
                continue;
            }
            System.out.println("BEGIN " + row.getName());
            try {
                row.setAccessible(true);
                row.invoke(rows);
                rows.checkUnharmed();
                System.out.println("PASS " + row.getName());
            } catch (InvocationTargetException e) {
                fail(row, e.getCause());
            } catch (RuntimeException | AssertionError e) {
                fail(row, e);
            }
        }
        rows.close();
    }

    private static void fail(Method row, Throwable cause) {
        System.out.println("FAIL " + row.getName());
        cause.printStackTrace(System.out);
        System.out.println("END " + row.getName());
    }
}
