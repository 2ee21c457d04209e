package io.retort.indexer.parse;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What one file may cost.
 *
 * @param characters code points of text that are kept; beyond them the document is partial
 * @param unpackedBytes of a packed format, over all its entries
 * @param archiveEntries of a packed format
 * @param silence how long a parser may stand still
 * @param total how long a parser may take
 * @param attempts how often a file may crash or hang its parser before it counts as poison
 */
public record ParseLimits(
    int characters,
    long unpackedBytes,
    int archiveEntries,
    Duration silence,
    Duration total,
    int attempts) {
  /** The defaults that are promised to users. */
  public static final ParseLimits DEFAULT =
      new ParseLimits(
          20_000_000, 1L << 30, 10_000, Duration.ofSeconds(60), Duration.ofSeconds(300), 3);

  public ParseLimits {
    requireNonNull(silence, "silence");
    requireNonNull(total, "total");
    if (characters < 1 || unpackedBytes < 1 || archiveEntries < 1 || attempts < 1) {
      throw new IllegalArgumentException(
          "limits must be positive: %d characters, %d bytes unpacked, %d entries, %d attempts"
              .formatted(characters, unpackedBytes, archiveEntries, attempts));
    }
    if (!silence.isPositive() || !total.isPositive()) {
      throw new IllegalArgumentException(
          "times must be positive: %s of silence, %s in total".formatted(silence, total));
    }
  }
}
