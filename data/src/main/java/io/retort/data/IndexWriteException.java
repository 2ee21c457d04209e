package io.retort.data;

/**
 * What was written to an index since its last successful commit is lost; what that commit holds is
 * intact. Write everything since then again.
 */
public final class IndexWriteException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final boolean syncFailed;

  /**
   * @param syncFailed the device did not confirm a sync. It must not be asked again, since the
   *     kernel may have dropped the page and report success: the writer refuses all work until a
   *     restart
   */
  public IndexWriteException(String message, Throwable cause, boolean syncFailed) {
    super(message, cause);
    this.syncFailed = syncFailed;
  }

  public boolean syncFailed() {
    return syncFailed;
  }
}
