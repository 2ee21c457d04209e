package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * How the files and jobs of ingestion have ended since the store was opened. A file that was as it
 * is already does not count, nor does what a rebuild of the index writes again. Safe for use by
 * many threads.
 */
public final class IngestTally {
  private final Map<DocumentStatus, LongAdder> documents = new EnumMap<>(DocumentStatus.class);
  private final LongAdder jobs = new LongAdder();
  private final LongAdder jobMillis = new LongAdder();

  IngestTally() {
    for (DocumentStatus status : DocumentStatus.values()) {
      documents.put(status, new LongAdder());
    }
  }

  void documentEnded(DocumentStatus status) {
    adder(status).increment();
  }

  void jobEnded(Duration sinceItWasCreated) {
    jobs.increment();
    jobMillis.add(sinceItWasCreated.toMillis());
  }

  private LongAdder adder(DocumentStatus status) {
    return requireNonNull(documents.get(status));
  }

  /** Files that ended with this status. */
  public long documents(DocumentStatus status) {
    return adder(status).sum();
  }

  public long jobs() {
    return jobs.sum();
  }

  /** From being accepted to the end, all jobs together. */
  public Duration jobTime() {
    return Duration.ofMillis(jobMillis.sum());
  }
}
