package dev.llf.observe.analytics;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** A disk that can be full or hang. */
final class Disks implements EventFiles.Output {

    private volatile boolean full;
    private volatile CountDownLatch hung = new CountDownLatch(0);
    private final CountDownLatch writing = new CountDownLatch(1);

    void full(boolean now) {
        full = now;
    }

    void hang() {
        hung = new CountDownLatch(1);
    }

    void goOn() {
        hung.countDown();
    }

    /** Waits until something is being written. */
    void awaitWrite() throws InterruptedException {
        writing.await();
    }

    @Override
    public void write(RandomAccessFile file, byte[] bytes) throws IOException {
        writing.countDown();
        try {
            hung.await();
        } catch (InterruptedException e) {
            throw new IOException("given up", e);
        }
        if (full) {
            file.write(Arrays.copyOf(bytes, bytes.length / 2));
            throw new IOException("no space left on device");
        }
        file.write(bytes);
    }
}
