package io.retort.encoder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the files that an ONNX graph keeps tensors in, without ONNX Runtime, which would open them.
 * Walks the protocol buffer along the fields that lead to tensors (onnx.proto, field numbers below)
 * and steps over everything else, the weights included.
 */
final class ExternalData {
  /** Messages on the way from a model to its tensors, and which of their fields lead on. */
  private enum Message {
    MODEL,
    TRAINING_INFO,
    FUNCTION,
    GRAPH,
    NODE,
    ATTRIBUTE,
    SPARSE_TENSOR,
    TENSOR,
    ENTRY
  }

  private static final Map<Message, Map<Integer, Message>> FIELDS =
      Map.of(
          Message.MODEL,
          Map.of(7, Message.GRAPH, 20, Message.TRAINING_INFO, 25, Message.FUNCTION),
          Message.TRAINING_INFO,
          Map.of(1, Message.GRAPH, 2, Message.GRAPH),
          Message.FUNCTION,
          Map.of(7, Message.NODE, 11, Message.ATTRIBUTE),
          Message.GRAPH,
          Map.of(1, Message.NODE, 5, Message.TENSOR, 15, Message.SPARSE_TENSOR),
          Message.NODE,
          Map.of(5, Message.ATTRIBUTE),
          Message.ATTRIBUTE,
          Map.of(
              5, Message.TENSOR,
              6, Message.GRAPH,
              10, Message.TENSOR,
              11, Message.GRAPH,
              22, Message.SPARSE_TENSOR,
              23, Message.SPARSE_TENSOR),
          Message.SPARSE_TENSOR,
          Map.of(1, Message.TENSOR, 2, Message.TENSOR),
          Message.TENSOR,
          Map.of(13, Message.ENTRY),
          Message.ENTRY,
          Map.of());

  private static final int DEEPEST = 100;
  private static final int LONGEST_STRING = 4096;

  private final SeekableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(8192).limit(0);
  private final Set<String> locations = new TreeSet<>();

  private ExternalData(SeekableByteChannel channel) {
    this.channel = channel;
  }

  /**
   * The locations as the graph gives them, relative to its folder.
   *
   * @param name what the graph is called in a message
   */
  static Set<String> locations(Path graph, String name) {
    try (SeekableByteChannel channel = Files.newByteChannel(graph, Set.of(READ, NOFOLLOW_LINKS))) {
      ExternalData walk = new ExternalData(channel);
      walk.message(Message.MODEL, channel.size(), 0);
      return walk.locations;
    } catch (EOFException | MalformedException e) {
      throw new ModelIntegrityException(name, "is not an ONNX model: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new ModelIntegrityException(name, "cannot be read: " + e, e);
    }
  }

  private void message(Message type, long end, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new MalformedException("messages nest deeper than " + DEEPEST);
    }
    String key = "";
    String value = "";
    while (position() < end) {
      long tag = varint();
      int field = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case 0 -> varint();
        case 1 -> skip(Long.BYTES, end);
        case 5 -> skip(Integer.BYTES, end);
        case 2 -> {
          long length = varint();
          if (length < 0 || length > end - position()) {
            throw new MalformedException("a field is longer than its message");
          }
          Message child = FIELDS.getOrDefault(type, Map.of()).get(field);
          if (child != null) {
            message(child, position() + length, depth + 1);
          } else if (type == Message.ENTRY && field == 1) {
            key = string(length);
          } else if (type == Message.ENTRY && field == 2) {
            value = string(length);
          } else {
            skip(length, end);
          }
        }
        default -> throw new MalformedException("unknown wire type " + (tag & 7));
      }
    }
    if (position() != end) {
      throw new MalformedException("a message does not end where it says");
    }
    if (type == Message.ENTRY && key.equals("location")) {
      locations.add(value);
    }
  }

  private long position() throws IOException {
    return channel.position() - buffer.remaining();
  }

  private void skip(long bytes, long end) throws IOException {
    if (bytes > end - position()) {
      throw new MalformedException("a field is longer than its message");
    }
    if (bytes <= buffer.remaining()) {
      buffer.position(buffer.position() + (int) bytes);
    } else {
      channel.position(position() + bytes);
      buffer.limit(0);
    }
  }

  private int next() throws IOException {
    if (!buffer.hasRemaining()) {
      buffer.clear();
      int read = channel.read(buffer);
      buffer.flip();
      if (read < 1) {
        throw new EOFException("the file ends inside a field");
      }
    }
    return buffer.get() & 0xff;
  }

  private long varint() throws IOException {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int b = next();
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new MalformedException("a number has more than 64 bits");
  }

  private String string(long length) throws IOException {
    if (length > LONGEST_STRING) {
      throw new MalformedException("a name has %d bytes".formatted(length));
    }
    byte[] bytes = new byte[(int) length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) next();
    }
    return new String(bytes, UTF_8);
  }

  private static final class MalformedException extends IOException {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }
  }
}
