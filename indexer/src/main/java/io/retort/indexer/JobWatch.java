package io.retort.indexer;

import java.time.Duration;
import java.util.List;

/** Follows one job. For one thread; whoever began a watch closes it. */
public interface JobWatch extends AutoCloseable {
  /**
   * What happened since the last call, in order; waits up to {@code timeout} for something to
   * happen and is empty if nothing did. After {@link JobEvent.Done} always empty.
   */
  List<JobEvent> next(Duration timeout) throws InterruptedException;

  /** Whether {@link JobEvent.Done} was handed out. */
  boolean finished();

  @Override
  void close();
}
