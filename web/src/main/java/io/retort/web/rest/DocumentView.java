package io.retort.web.rest;

import io.retort.data.store.DocumentRow;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.Reason;
import io.retort.web.json.InCapitals;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A document as the API shows it. */
public record DocumentView(
    String id,
    String collection,
    String path,
    String title,
    String mediaType,
    long bytes,
    String sha256,
    @InCapitals @Schema(implementation = DocumentStatus.class) String status,
    @Schema(description = "For every status but ACCEPTED and SEARCHABLE.") @Nullable Reason reason,
    boolean searchable,
    int version,
    @Nullable Integer pendingVersion,
    @Schema(description = "Unicode code points of the extracted text.")
        @Nullable Integer characters,
    @Nullable Integer chunks,
    @Nullable Integer pages,
    List<String> tags,
    Map<String, Object> metadata,
    List<String> warnings,
    Instant addedAt,
    Instant updatedAt) {

  static DocumentView of(DocumentRow row) {
    return new DocumentView(
        row.id(),
        row.collection(),
        row.path(),
        row.title(),
        row.mediaType(),
        row.bytes(),
        row.sha256(),
        row.status().name(),
        row.reason(),
        row.searchable(),
        row.version(),
        row.pendingVersion(),
        row.characters(),
        row.chunks(),
        row.pages(),
        row.tags(),
        new TreeMap<>(row.metadata()),
        row.warnings(),
        row.addedAt(),
        row.updatedAt());
  }
}
