package dev.llf.llamacpp;

import dev.llf.admission.Admission;
import dev.llf.gguf.KvType;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Messages as frames of bytes: the length of the rest (int), the kind (byte), the number of the call (int), the fields.
 *
 * <p>Numbers are big-endian, a text is its length in bytes and UTF-8. A frame that is too long, too short, of an unknown
 * kind or not used up by its fields is no message: whoever sent it has lost its mind. Any number of threads may write, each
 * frame in one piece; one may read.
 */
final class WorkerPipe {

    /** Changes with every change of the messages. */
    static final int VERSION = 1;
    /** A text of as many tokens as any model takes has less. */
    static final int MAX_BYTES = 32 << 20;

    private static final int LENGTH_BYTES = 4;
    private static final int HEAD_BYTES = 5;

    private final DataInputStream in;
    private final OutputStream out;
    private final ReentrantLock writing = new ReentrantLock();

    WorkerPipe(InputStream in, OutputStream out) {
        this.in = new DataInputStream(new BufferedInputStream(in));
        this.out = out;
    }

    /** A message and the call it belongs to. */
    record Frame(int call, WorkerMessage message) {}

    /** Bytes that are no message. */
    static final class CorruptFrameException extends IOException {

        private static final long serialVersionUID = 1L;

        CorruptFrameException(String message, Throwable cause) {
            super(message, cause);
        }

        CorruptFrameException(String message) {
            super(message);
        }
    }

    /**
     * Writes a message and sends it off.
     *
     * @throws IllegalArgumentException if it is too long; nothing is written then
     * @throws IOException              if the other side is gone
     */
    void write(int call, WorkerMessage message) throws IOException {
        byte[] frame = encode(call, message);
        writing.lock();
        try {
            out.write(frame);
            out.flush();
        } finally {
            writing.unlock();
        }
    }

    /**
     * Waits for the next message.
     *
     * @throws EOFException          if the other side is gone
     * @throws CorruptFrameException if what it sent is no message
     */
    Frame read() throws IOException {
        in.mark(LENGTH_BYTES);
        int length = in.readInt();
        if (length < HEAD_BYTES || length > MAX_BYTES) {
            in.reset();
            throw new CorruptFrameException("a frame of %d bytes".formatted(length));
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException();
        }
        return decode(body);
    }

    /** Reads what there is instead of a frame, to its end or as much as is wanted. */
    byte[] readOther(int most) throws IOException {
        return in.readNBytes(most);
    }

    private static byte[] encode(int call, WorkerMessage message) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
        DataOutputStream data = new DataOutputStream(bytes);
        data.writeInt(0);
        data.writeByte(kind(message));
        data.writeInt(call);
        writeFields(data, message);
        byte[] frame = bytes.toByteArray();
        int length = frame.length - LENGTH_BYTES;
        if (length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "The text has %d bytes; a worker process takes at most %d. Give it in parts."
                            .formatted(length, MAX_BYTES));
        }
        ByteBuffer.wrap(frame).putInt(length);
        return frame;
    }

    private static int kind(WorkerMessage message) {
        return switch (message) {
            case WorkerMessage.Hello m -> 0;
            case WorkerMessage.Beat m -> 1;
            case WorkerMessage.Load m -> 2;
            case WorkerMessage.Loaded m -> 3;
            case WorkerMessage.Tokenize m -> 4;
            case WorkerMessage.Tokens m -> 5;
            case WorkerMessage.Detokenize m -> 6;
            case WorkerMessage.Text m -> 7;
            case WorkerMessage.Embed m -> 8;
            case WorkerMessage.Vector m -> 9;
            case WorkerMessage.Score m -> 10;
            case WorkerMessage.Relevance m -> 11;
            case WorkerMessage.Generate m -> 12;
            case WorkerMessage.Step m -> 13;
            case WorkerMessage.Cancel m -> 14;
            case WorkerMessage.Failed m -> 15;
        };
    }

    private static void writeFields(DataOutputStream out, WorkerMessage message) throws IOException {
        switch (message) {
            case WorkerMessage.Hello m -> out.writeInt(m.version());
            case WorkerMessage.Beat m -> {
            }
            case WorkerMessage.Load m -> {
                writeOptions(out, m.options());
                out.writeInt(m.vocabularySize());
            }
            case WorkerMessage.Loaded m -> {
                out.writeInt(m.threads().count());
                writeText(out, m.threads().reason());
            }
            case WorkerMessage.Tokenize m -> writeText(out, m.text());
            case WorkerMessage.Tokens m -> writeInts(out, m.ids());
            case WorkerMessage.Detokenize m -> writeInts(out, m.ids());
            case WorkerMessage.Text m -> writeText(out, m.text());
            case WorkerMessage.Embed m -> writeText(out, m.text());
            case WorkerMessage.Vector m -> writeFloats(out, m.values());
            case WorkerMessage.Score m -> {
                writeText(out, m.query());
                writeText(out, m.document());
            }
            case WorkerMessage.Relevance m -> out.writeFloat(m.score());
            case WorkerMessage.Generate m -> writeText(out, m.request());
            case WorkerMessage.Step m -> {
                out.writeBoolean(m.piece().last());
                writeText(out, m.piece().text());
            }
            case WorkerMessage.Cancel m -> {
            }
            case WorkerMessage.Failed m -> {
                writeText(out, m.kind().name());
                writeText(out, m.message());
                writeText(out, m.file().toString());
                out.writeLong(m.offset());
            }
        }
    }

    private static Frame decode(byte[] body) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(body));
        try {
            int kind = in.readUnsignedByte();
            Frame frame = new Frame(in.readInt(), readFields(in, kind));
            if (in.available() > 0) {
                throw new CorruptFrameException("%d bytes behind a message of kind %d".formatted(in.available(), kind));
            }
            return frame;
        } catch (CorruptFrameException e) {
            throw e;
        } catch (IOException | RuntimeException e) { // whatever the fields say, it is the sender's fault
            throw new CorruptFrameException("a frame with wrong fields", e);
        }
    }

    private static WorkerMessage readFields(DataInputStream in, int kind) throws IOException {
        return switch (kind) {
            case 0 -> new WorkerMessage.Hello(in.readInt());
            case 1 -> new WorkerMessage.Beat();
            case 2 -> new WorkerMessage.Load(readOptions(in), in.readInt());
            case 3 -> new WorkerMessage.Loaded(new ThreadChoice(in.readInt(), readText(in)));
            case 4 -> new WorkerMessage.Tokenize(readText(in));
            case 5 -> new WorkerMessage.Tokens(readInts(in));
            case 6 -> new WorkerMessage.Detokenize(readInts(in));
            case 7 -> new WorkerMessage.Text(readText(in));
            case 8 -> new WorkerMessage.Embed(readText(in));
            case 9 -> new WorkerMessage.Vector(readFloats(in));
            case 10 -> new WorkerMessage.Score(readText(in), readText(in));
            case 11 -> new WorkerMessage.Relevance(in.readFloat());
            case 12 -> new WorkerMessage.Generate(readText(in));
            case 13 -> {
                boolean last = in.readBoolean();
                yield new WorkerMessage.Step(new Engine.Piece(readText(in), last));
            }
            case 14 -> new WorkerMessage.Cancel();
            case 15 -> new WorkerMessage.Failed(WorkerMessage.Failed.Kind.valueOf(readText(in)), readText(in),
                    Path.of(readText(in)), in.readLong());
            default -> throw new CorruptFrameException("a frame of kind %d".formatted(kind));
        };
    }

    /** The line in front of the slots stays with the host, and so does the residence. */
    private static void writeOptions(DataOutputStream out, EngineOptions options) throws IOException {
        writeText(out, options.file().toString());
        out.writeLong(options.size());
        out.writeLong(options.modified());
        writeText(out, options.purpose().name());
        out.writeInt(options.slotTokens());
        out.writeInt(options.slots());
        out.writeInt(options.threads());
        out.writeInt(options.batchTokens());
        writeText(out, options.kvType().name());
        out.writeBoolean(options.flashAttention());
        out.writeInt(options.gpuLayers());
    }

    private static EngineOptions readOptions(DataInputStream in) throws IOException {
        return new EngineOptions(Path.of(readText(in)), in.readLong(), in.readLong(),
                EngineOptions.Purpose.valueOf(readText(in)), in.readInt(), in.readInt(), in.readInt(), in.readInt(),
                KvType.valueOf(readText(in)), in.readBoolean(), in.readInt(), Admission.defaults());
    }

    private static void writeText(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String readText(DataInputStream in) throws IOException {
        byte[] bytes = new byte[readCount(in, 1)];
        in.readFully(bytes);
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }

    private static void writeInts(DataOutputStream out, int[] values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Integer.BYTES, values.length));
        bytes.asIntBuffer().put(values);
        out.writeInt(values.length);
        out.write(bytes.array());
    }

    private static int[] readInts(DataInputStream in) throws IOException {
        int[] values = new int[readCount(in, Integer.BYTES)];
        ByteBuffer.wrap(in.readNBytes(values.length * Integer.BYTES)).asIntBuffer().get(values);
        return values;
    }

    private static void writeFloats(DataOutputStream out, float[] values) throws IOException {
        out.writeInt(values.length);
        for (float value : values) {
            out.writeFloat(value);
        }
    }

    private static float[] readFloats(DataInputStream in) throws IOException {
        float[] values = new float[readCount(in, Float.BYTES)];
        ByteBuffer.wrap(in.readNBytes(values.length * Float.BYTES)).asFloatBuffer().get(values);
        return values;
    }

    /** No more room is made than the frame can fill. */
    private static int readCount(DataInputStream in, int bytesEach) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > in.available() / bytesEach) {
            throw new CorruptFrameException("%d values in %d bytes".formatted(count, in.available()));
        }
        return count;
    }
}
