package io.retort.indexer;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How ingestion runs.
 *
 * @param workers documents that are worked on at a time, besides those that wait for the encoder
 * @param encoderThreads texts that are encoded at a time
 * @param largestFile in bytes; a larger file is an item LIMIT
 * @param largestRequest in bytes over all files; a larger upload is refused
 * @param commitAfter documents in a commit at most
 * @param commitEvery how long a written document waits for its commit at most
 * @param firstPurge how long after the start deleted chunks are first taken off the disk
 * @param refuseAt used part of the disk from which uploads are refused
 * @param stopAt used part of the disk from which nothing is written to the index
 * @param milestones told how far things are
 */
public record IngestOptions(
    int workers,
    int encoderThreads,
    long largestFile,
    long largestRequest,
    int commitAfter,
    Duration commitEvery,
    Duration firstPurge,
    double refuseAt,
    double stopAt,
    Milestones milestones) {
  /** The defaults that are promised to users. */
  public static final IngestOptions DEFAULT =
      new IngestOptions(
          2,
          2,
          100L << 20,
          2L << 30,
          256,
          Duration.ofSeconds(2),
          Duration.ofMinutes(10),
          0.90,
          0.95,
          Milestones.NOT_WATCHED);

  public IngestOptions {
    requireNonNull(commitEvery, "commitEvery");
    requireNonNull(firstPurge, "firstPurge");
    requireNonNull(milestones, "milestones");
    if (workers < 1 || encoderThreads < 1 || commitAfter < 1) {
      throw new IllegalArgumentException(
          "expected positive numbers, not %d workers, %d encoder threads, %d documents a commit"
              .formatted(workers, encoderThreads, commitAfter));
    }
    if (largestFile < 1 || largestRequest < largestFile) {
      throw new IllegalArgumentException(
          "expected 0 < largest file ≤ largest request, not %d and %d bytes"
              .formatted(largestFile, largestRequest));
    }
    if (!(0 < refuseAt && refuseAt <= stopAt && stopAt <= 1)) {
      throw new IllegalArgumentException(
          "expected 0 < refuseAt ≤ stopAt ≤ 1, not %s and %s".formatted(refuseAt, stopAt));
    }
  }

  public IngestOptions watchedBy(Milestones watcher) {
    return new IngestOptions(
        workers,
        encoderThreads,
        largestFile,
        largestRequest,
        commitAfter,
        commitEvery,
        firstPurge,
        refuseAt,
        stopAt,
        watcher);
  }
}
