package io.retort.indexer.parse;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * One file for a forked parser.
 *
 * @param mediaType what the content is already known to be, empty if the parser has to find out
 * @param charset of a text format, empty if unknown
 */
record ParseRequest(
    String file,
    String mediaType,
    String charset,
    int characters,
    long unpackedBytes,
    int archiveEntries) {

  byte[] toBytes() {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeUTF(file);
      out.writeUTF(mediaType);
      out.writeUTF(charset);
      out.writeInt(characters);
      out.writeLong(unpackedBytes);
      out.writeInt(archiveEntries);
    } catch (IOException e) {
      throw new IllegalArgumentException("the path is too long: " + file.length(), e);
    }
    return bytes.toByteArray();
  }

  static ParseRequest of(byte[] bytes) throws IOException {
    try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return new ParseRequest(
          in.readUTF(), in.readUTF(), in.readUTF(), in.readInt(), in.readLong(), in.readInt());
    }
  }
}
