package dev.llf;

import dev.llf.chat.ToolCall;
import dev.llf.chat.ToolMessage;
import dev.llf.chat.ToolSpec;
import dev.llf.spi.ToolBox;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Tools that run until they are interrupted or let go. */
final class BlockingTools implements ToolBox {

    final CountDownLatch entered = new CountDownLatch(1);
    final CountDownLatch released = new CountDownLatch(1);
    private final boolean keepsInterrupt;

    BlockingTools(boolean keepsInterrupt) {
        this.keepsInterrupt = keepsInterrupt;
    }

    @Override
    public List<ToolSpec> specs() {
        return List.of(FakeTools.WEATHER);
    }

    @Override
    public List<ToolMessage> execute(List<ToolCall> calls) {
        entered.countDown();
        try {
            released.await();
            return calls.stream().map(call -> FakeTools.ok(call, "sunny")).toList();
        } catch (InterruptedException e) {
            if (keepsInterrupt) {
                Thread.currentThread().interrupt();
            }
            return FakeTools.stopped(calls);
        }
    }
}
