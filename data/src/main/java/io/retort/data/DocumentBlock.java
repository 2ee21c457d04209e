package io.retort.data;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Everything the index holds of one document: its filterable fields and all its chunks, written
 * together or not at all.
 *
 * @param seq the ledger's sequence number of the operation that writes the block
 * @param metadata declared fields by name; values are String, Long, Double, Boolean or Instant
 */
public record DocumentBlock(
    String documentId,
    int version,
    long seq,
    String collection,
    String path,
    String mediaType,
    List<String> tags,
    Map<String, Object> metadata,
    Instant addedAt,
    List<EncodedChunk> chunks) {
  public DocumentBlock {
    requireNonNull(documentId, "documentId");
    requireNonNull(collection, "collection");
    requireNonNull(path, "path");
    requireNonNull(mediaType, "mediaType");
    requireNonNull(addedAt, "addedAt");
    tags = List.copyOf(tags);
    metadata = Map.copyOf(metadata);
    chunks = List.copyOf(chunks);
    for (EncodedChunk encoded : chunks) {
      if (!encoded.chunk().id().documentId().equals(documentId)) {
        throw new IllegalArgumentException(
            "chunk " + encoded.chunk().id() + " is not of document " + documentId);
      }
    }
  }
}
