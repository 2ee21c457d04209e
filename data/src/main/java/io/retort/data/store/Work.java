package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One leased operation with all that is needed to do it.
 *
 * @param lease fencing token: without it nothing of this operation can be changed
 * @param version that the index is to hold
 * @param live whether that version is live; otherwise only PUT has something to write
 * @param title what the uploader called the document, null if nothing
 * @param metadata values are String, Long, Double or Boolean
 * @param fields that filters of the collection may use
 * @param parsed what an earlier try has made of the original, null if nothing
 */
public record Work(
    long seq,
    long lease,
    OperationKind kind,
    int attempts,
    @Nullable String jobId,
    String documentId,
    int version,
    boolean live,
    String collection,
    String path,
    @Nullable String title,
    List<String> tags,
    Map<String, Object> metadata,
    List<FieldDeclaration> fields,
    Instant addedAt,
    String sha256,
    long bytes,
    @Nullable String declaredType,
    @Nullable ParsedVersion parsed) {
  public Work {
    requireNonNull(kind, "kind");
    requireNonNull(documentId, "documentId");
    requireNonNull(collection, "collection");
    requireNonNull(path, "path");
    tags = List.copyOf(tags);
    metadata = Map.copyOf(metadata);
    fields = List.copyOf(fields);
    requireNonNull(addedAt, "addedAt");
    requireNonNull(sha256, "sha256");
  }

  /** What readers see as the title, given what the file itself says. */
  public String shownTitle(@Nullable String fromFile) {
    return Rows.shownTitle(title, fromFile, path);
  }
}
