package io.retort.indexer;

import io.retort.data.store.ItemRow;
import io.retort.data.store.JobRow;

/**
 * What a watcher of a job learns.
 *
 * <p>{@code number} counts the changes of one job, survives a restart, and resumes a broken watch
 * without loss: whoever has seen everything up to number n asks for what came after n.
 */
public sealed interface JobEvent {
  long number();

  /** The whole job: the first event of a watch, and at each change of state. */
  record JobChanged(long number, JobRow job) implements JobEvent {}

  /** A file reached a final status. */
  record ItemChanged(long number, ItemRow item) implements JobEvent {}

  /** At most four a second. */
  record Progressed(long number, JobRow job) implements JobEvent {}

  /** The last event of a watch: the job is final. */
  record Done(long number, JobRow job) implements JobEvent {}
}
