package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One file of an upload, as it is put before the ledger. */
public sealed interface NewItem {
  String path();

  /**
   * Its original is kept.
   *
   * @param title null: from the file, else its name
   * @param metadata values are String, Long, Double or Boolean
   */
  record Stored(
      String path,
      @Nullable String title,
      @Nullable String declaredType,
      List<String> tags,
      Map<String, Object> metadata,
      String sha256,
      long bytes)
      implements NewItem {
    public Stored {
      requireNonNull(path, "path");
      tags = List.copyOf(tags);
      metadata = Map.copyOf(metadata);
      requireNonNull(sha256, "sha256");
    }
  }

  /** It cannot be taken: final at once, and no document. */
  record Refused(String path, DocumentStatus status, Reason reason) implements NewItem {
    public Refused {
      requireNonNull(path, "path");
      requireNonNull(reason, "reason");
      if (!status.needsReason()) {
        throw new IllegalArgumentException("a refused file does not end as " + status);
      }
    }
  }
}
