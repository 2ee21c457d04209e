package io.retort.indexer;

import static java.util.Objects.requireNonNull;

import io.retort.data.store.ItemRow;
import io.retort.data.store.JobRow;
import java.util.List;

/**
 * What an upload became: flushed to disk before anybody gets to see this.
 *
 * @param replayed whether the job is an earlier one of the same idempotency key
 */
public record Accepted(JobRow job, List<ItemRow> items, boolean replayed) {
  public Accepted {
    requireNonNull(job, "job");
    items = List.copyOf(items);
  }
}
