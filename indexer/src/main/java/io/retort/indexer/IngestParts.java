package io.retort.indexer;

import static java.util.Objects.requireNonNull;

import io.retort.data.ChunkWriter;
import io.retort.encoder.TextEncoder;

/**
 * What turns originals into chunks of an index. All of it stays its opener's, who closes it after
 * the {@link IngestService}.
 *
 * @param writer of the index that the ledger is to be compared with; it may be empty
 */
public record IngestParts(
    ChunkWriter writer, TextExtraction extraction, TextCutter cutter, TextEncoder encoder) {
  public IngestParts {
    requireNonNull(writer, "writer");
    requireNonNull(extraction, "extraction");
    requireNonNull(cutter, "cutter");
    requireNonNull(encoder, "encoder");
  }
}
