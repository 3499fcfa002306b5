package dev.llf.llamacpp;

import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ExitWatchdogTest {

    @Test
    void seesEveryLivePlatformThread() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        Thread[] threads = new Thread[50];
        for (int i = 0; i < threads.length; i++) {
            ThreadGroup group = i % 2 == 0 ? Thread.currentThread().getThreadGroup() : new ThreadGroup("group-" + i);
            threads[i] = new Thread(group, () -> {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            threads[i].setDaemon(i % 3 == 0);
            threads[i].start();
        }

        Set<Thread> seen = ExitWatchdog.threads();
        release.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(seen).contains(threads).contains(Thread.currentThread()).doesNotContainNull();
    }

    @Test
    void forgetsThreadsThatHaveEnded() throws InterruptedException {
        Thread thread = Thread.ofPlatform().start(() -> {});
        thread.join();

        assertThat(ExitWatchdog.threads()).doesNotContain(thread);
    }
}
