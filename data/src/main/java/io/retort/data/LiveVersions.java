package io.retort.data;

import java.util.Set;

/**
 * The second fence of a search: which of the versions that an index returned may be shown now. The
 * index is always a little behind the ledger; this asks the ledger itself.
 */
public interface LiveVersions {
  /**
   * Those of {@code found} whose document is not deleted, lies in {@code scope} and has that
   * version live, or between the live and the pending one while a replacement is under way.
   *
   * @throws RuntimeException if the ledger cannot be read: then nothing may be shown
   */
  Set<DocumentVersion> valid(Set<DocumentVersion> found, AccessScope scope);
}
