package dev.llf.llamacpp;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Lets the JVM end when its main thread has ended.
 *
 * <p>The binding attaches a worker thread for each model that is no daemon and never ends, so that a program would hang
 * after {@code main} has returned or thrown. This daemon waits for every other thread that keeps the JVM alive, and once
 * only those workers and the JVM's own {@code DestroyJavaVM} thread are left, it ends the JVM as if they were not there:
 * shutdown hooks run, and the status is 1 if the main thread ended by an exception.
 */
final class ExitWatchdog {

    private static final long PATIENCE = Duration.ofSeconds(2).toNanos();
    private static final long INTERVAL = Duration.ofMillis(1).toNanos();
    private static final long RECHECK = Duration.ofMillis(20).toNanos();
    private static final Set<Thread> WORKERS = ConcurrentHashMap.newKeySet();

    private static boolean started;
    private static volatile boolean mainFailed;

    private ExitWatchdog() {}

    /** Returns the live threads of the JVM. */
    static Set<Thread> threads() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] threads = new Thread[root.activeCount() + 16];
        int count = root.enumerate(threads);
        while (count == threads.length) {
            threads = new Thread[threads.length * 2];
            count = root.enumerate(threads);
        }
        return new HashSet<>(Arrays.asList(threads).subList(0, count));
    }

    /**
     * Notes the worker threads that came since: not daemons, and without a Java frame, as only native threads are. A worker
     * shows up a little after its model is loaded, so this waits for one.
     */
    static void adopt(Set<Thread> before) {
        long deadline = System.nanoTime() + PATIENCE;
        while (!adoptNow(before) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(INTERVAL);
        }
    }

    private static boolean adoptNow(Set<Thread> before) {
        boolean found = false;
        for (Thread thread : threads()) {
            if (!before.contains(thread) && keepsAlive(thread) && isNative(thread)) {
                found |= WORKERS.add(thread);
            }
        }
        return found;
    }

    private static boolean isNative(Thread thread) {
        return thread.getStackTrace().length == 0;
    }

    private static boolean keepsAlive(Thread thread) {
        return thread.isAlive() && !thread.isDaemon();
    }

    /** Starts to watch; later calls do nothing. */
    static synchronized void start() {
        if (started) {
            return;
        }
        started = true;
        watchMain();
        Thread.ofPlatform().daemon().name("llf-exit-watchdog").start(ExitWatchdog::watch);
    }

    /** Remembers that the main thread failed, as the launcher does; leaves a handler of the host alone. */
    private static void watchMain() {
        for (Thread thread : threads()) {
            ThreadGroup group = thread.getThreadGroup();
            if (thread.getName().equals("main") && group != null
                    && thread.getUncaughtExceptionHandler() instanceof ThreadGroup) {
                thread.setUncaughtExceptionHandler((failed, cause) -> {
                    mainFailed = true;
                    group.uncaughtException(failed, cause);
                });
            }
        }
    }

    private static void watch() {
        boolean sure = false;
        while (true) {
            Thread keeper = keeper();
            if (keeper != null) {
                sure = false;
                await(keeper);
            } else if (sure) {
                System.exit(mainFailed ? 1 : 0);
            } else {
                sure = destroying();
                LockSupport.parkNanos(RECHECK);
            }
        }
    }

    private static void await(Thread keeper) {
        try {
            keeper.join();
        } catch (InterruptedException e) {
            // Nobody owns this thread who could mean to stop it: look again.
            LockSupport.parkNanos(RECHECK);
        }
    }

    /** Returns a thread that keeps the JVM alive for a reason of the host's, or null. */
    private static @Nullable Thread keeper() {
        for (Thread thread : threads()) {
            if (keepsAlive(thread) && !isWorker(thread) && !isDestroyer(thread)) {
                return thread;
            }
        }
        return null;
    }

    /** A thread of the host's that had only just started when a model was loaded has its frames by now. */
    private static boolean isWorker(Thread thread) {
        return WORKERS.contains(thread) && isNative(thread);
    }

    private static boolean destroying() {
        return threads().stream().anyMatch(ExitWatchdog::isDestroyer);
    }

    private static boolean isDestroyer(Thread thread) {
        return Objects.equals(thread.getName(), "DestroyJavaVM");
    }
}
