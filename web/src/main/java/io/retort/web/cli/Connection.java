package io.retort.web.cli;

import org.jspecify.annotations.Nullable;

/**
 * The service that a verb talks to.
 *
 * @param own the service itself, if this process runs it for the time of the verb
 */
record Connection(Api api, @Nullable OwnService own) implements AutoCloseable {
  @Override
  public void close() {
    api.close();
    if (own != null) {
      own.close();
    }
  }
}
