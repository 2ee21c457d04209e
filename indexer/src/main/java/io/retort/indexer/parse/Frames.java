package io.retort.indexer.parse;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Frames on a pipe, see {@link FrameType}. */
final class Frames {
  private Frames() {}

  /** One frame as it was read. */
  static final class Frame {
    private final FrameType type;
    private final byte[] payload;

    private Frame(FrameType type, byte[] payload) {
      this.type = type;
      this.payload = payload;
    }

    FrameType type() {
      return type;
    }

    /** The frame's own bytes, which nobody else holds. */
    byte[] payload() {
      return payload;
    }
  }

  static void write(OutputStream out, FrameType type, byte[] payload) throws IOException {
    if (payload.length > FrameType.LONGEST_PAYLOAD) {
      throw new IllegalArgumentException(
          "a frame of %d bytes; at most %d".formatted(payload.length, FrameType.LONGEST_PAYLOAD));
    }
    byte[] frame =
        ByteBuffer.allocate(5 + payload.length)
            .put(type.code())
            .putInt(payload.length)
            .put(payload)
            .array();
    out.write(frame);
    out.flush();
  }

  /**
   * The next frame, null at the end of the stream.
   *
   * @throws IOException also if what comes is no frame
   */
  static @Nullable Frame read(InputStream in) throws IOException {
    int code = in.read();
    if (code < 0) {
      return null;
    }
    FrameType type = FrameType.of(code);
    if (type == null) {
      throw new IOException("no frame begins with " + code);
    }
    int length = new DataInputStream(in).readInt();
    if (length < 0 || length > FrameType.LONGEST_PAYLOAD) {
      throw new IOException("a frame of %d bytes".formatted(length));
    }
    byte[] payload = in.readNBytes(length);
    if (payload.length < length) {
      throw new EOFException("the stream ends inside a frame");
    }
    return new Frame(type, payload);
  }
}
