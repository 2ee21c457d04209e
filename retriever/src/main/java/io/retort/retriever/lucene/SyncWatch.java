package io.retort.retriever.lucene;

import java.io.IOException;
import java.util.Collection;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FilterDirectory;

/** Remembers whether a sync ever failed: after one, success can no longer be believed. */
final class SyncWatch extends FilterDirectory {
  private volatile boolean failed;

  SyncWatch(Directory in) {
    super(in);
  }

  boolean failed() {
    return failed;
  }

  @Override
  public void sync(Collection<String> names) throws IOException {
    try {
      super.sync(names);
    } catch (IOException e) {
      failed = true;
      throw e;
    }
  }

  @Override
  public void syncMetaData() throws IOException {
    try {
      super.syncMetaData();
    } catch (IOException e) {
      failed = true;
      throw e;
    }
  }
}
