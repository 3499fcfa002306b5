package dev.llf.models;

import dev.llf.chat.ChatModel;
import dev.llf.chat.ChatRequest;
import dev.llf.chat.ChatStream;
import dev.llf.chat.Message;
import dev.llf.chat.ModelInfo;
import dev.llf.error.CancelledException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A chat model of the pool: loaded at the first call, held open while a response runs. */
final class PooledChat implements ChatModel, Pooled {

    private static final Logger LOG = LoggerFactory.getLogger(PooledChat.class);
    private static final Duration NOTICEABLE = Duration.ofMillis(1);

    private final PooledModel<ChatModel> pooled;
    private final Residents residents;
    private final LongSupplier nanos;
    private final Speed speed = new Speed();
    /** Of the last load that answered; the file may be replaced between two. */
    private volatile @Nullable ModelInfo info;

    PooledChat(PooledModel<ChatModel> pooled, Residents residents, LongSupplier nanos) {
        this.pooled = pooled;
        this.residents = residents;
        this.nanos = nanos;
    }

    @Override
    public PooledModel<?> pooled() {
        return pooled;
    }

    @Override
    public ChatStream stream(ChatRequest request) {
        long began = nanos.getAsLong();
        ChatModel model = residents.hold(pooled, request.timeout());
        try {
            info = model.info();
            return new HeldStream(model.stream(remaining(request, Duration.ofNanos(nanos.getAsLong() - began))),
                    this::ended);
        } catch (RuntimeException | Error e) {
            residents.release(pooled);
            throw e;
        }
    }

    /** The time of a request runs while the model is being loaded. */
    private ChatRequest remaining(ChatRequest request, Duration waited) {
        Optional<Duration> timeout = request.timeout();
        if (timeout.isEmpty() || waited.compareTo(NOTICEABLE) < 0) {
            return request;
        }
        Duration left = timeout.get().minus(waited);
        if (left.isZero() || left.isNegative()) {
            throw new CancelledException("The request's time was up when the model '%s' was loaded; ask again."
                    .formatted(pooled.name()));
        }
        return request.toBuilder().timeout(left).build();
    }

    private void ended(ChatStream stream) {
        try {
            speed.add(stream.response().timings().tokensPerSecond());
        } catch (RuntimeException e) { // its reader is thrown it, too
            LOG.debug("A response of the model {} has failed, so it has no speed", pooled.name(), e);
        } finally {
            residents.release(pooled);
        }
    }

    @Override
    public int countTokens(ChatRequest request) {
        return residents.with(pooled, model -> model.countTokens(request));
    }

    @Override
    public void awaitReady(Optional<Duration> limit) {
        ChatModel model = residents.hold(pooled, limit);
        try {
            info = model.info();
        } finally {
            residents.release(pooled);
        }
    }

    @Override
    public ModelInfo info() {
        ModelInfo known = info;
        if (known == null) {
            known = residents.with(pooled, ChatModel::info);
            info = known;
        }
        return known;
    }

    @Override
    public void warmUp() {
        chat(ChatRequest.of(Message.user("Hello")).toBuilder().maxTokens(1).build());
    }

    @Override
    public ModelProfile measured() {
        OptionalDouble measured = speed.tokensPerSecond();
        ModelInfo known = info;
        return new ModelProfile(OptionalInt.empty(),
                measured.isPresent() ? OptionalInt.of(Grades.speed(measured.getAsDouble())) : OptionalInt.empty(),
                pooled.cost(), OptionalInt.empty(),
                known == null ? OptionalInt.empty() : OptionalInt.of(known.contextTokens()));
    }

    @Override
    public OptionalDouble tokensPerSecond() {
        return speed.tokensPerSecond();
    }

    /** Does nothing: the model is shared and lives as long as the pool. */
    @Override
    public void close() {}
}
