package io.retort.data;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/** Where a chunk stands: the {@code ordinal}-th chunk of one document, counted from zero. */
public record ChunkId(String documentId, int ordinal) implements Comparable<ChunkId> {
  private static final Comparator<ChunkId> ORDER =
      Comparator.comparing(ChunkId::documentId).thenComparingInt(ChunkId::ordinal);

  public ChunkId {
    requireNonNull(documentId, "documentId");
    if (ordinal < 0) {
      throw new IllegalArgumentException("ordinal must not be negative: " + ordinal);
    }
  }

  /** Reads {@code <document_id>:<ordinal>}, the form that {@link #toString()} writes. */
  public static ChunkId parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon < 1) {
      throw new IllegalArgumentException("not a chunk id (document:ordinal): " + text);
    }
    try {
      return new ChunkId(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a chunk id (document:ordinal): " + text, e);
    }
  }

  /** The id that this chunk's continuation has, if the document goes on. */
  public ChunkId next() {
    return new ChunkId(documentId, ordinal + 1);
  }

  @Override
  public int compareTo(ChunkId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return documentId + ":" + ordinal;
  }
}
