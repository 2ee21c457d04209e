package io.retort.indexer;

import static java.util.Comparator.comparingLong;

import io.retort.data.store.Work;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is being worked on, from the lease to the ledger's word that it is done. */
final class Workshop {
  private final Map<Long, Task> tasks = new HashMap<>();
  private int busy;

  /** A worker that looks for work counts as busy until it has found none. */
  synchronized void startLooking() {
    busy++;
  }

  synchronized void foundNothing() {
    busy--;
  }

  /** Whether no worker has anything to do: what is written need not wait for more. */
  synchronized boolean idle() {
    return busy == 0;
  }

  synchronized Task begin(Work work) {
    Task task = new Task(work);
    tasks.put(work.seq(), task);
    return task;
  }

  synchronized void end(Collection<Work> works) {
    works.forEach(work -> tasks.remove(work.seq()));
  }

  synchronized @Nullable Task find(long seq) {
    return tasks.get(seq);
  }

  /** By sequence number. */
  synchronized List<Task> all() {
    List<Task> all = new ArrayList<>(tasks.values());
    all.sort(comparingLong(task -> task.work().seq()));
    return all;
  }

  void cancel(Set<Long> seqs) {
    for (Task task : all()) {
      if (seqs.contains(task.work().seq())) {
        task.cancel();
      }
    }
  }

  void cancelAll() {
    all().forEach(Task::cancel);
  }
}
