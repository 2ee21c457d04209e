package io.retort.indexer.parse;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * How a forked parser ends a file.
 *
 * @param code of the reason, empty for {@link Kind#PARSED}
 * @param message the reason in a sentence
 */
record Verdict(Kind kind, String code, String message) {
  enum Kind {
    PARSED,
    PARTIAL,
    ENCRYPTED,
    UNSUPPORTED,
    LIMIT,
    FAILED
  }

  static final Verdict PARSED = new Verdict(Kind.PARSED, "", "");

  byte[] toBytes() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeUTF(kind.name());
      out.writeUTF(code);
      out.writeUTF(message);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static Verdict of(byte[] bytes) throws IOException {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return new Verdict(Kind.valueOf(in.readUTF()), in.readUTF(), in.readUTF());
    } catch (IllegalArgumentException e) {
      throw new IOException("no verdict has this name", e);
    }
  }
}
