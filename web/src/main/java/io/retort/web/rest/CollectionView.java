package io.retort.web.rest;

import io.retort.data.store.CollectionRow;
import io.retort.data.store.CollectionSummary;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.FieldDeclaration;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A collection as the API shows it. */
public record CollectionView(
    String id,
    String title,
    String description,
    List<FieldView> fields,
    long documents,
    long chunks,
    long characters,
    long bytes,
    @Schema(description = "How many documents have each status; one that none has is absent.")
        Map<String, Long> byStatus,
    IndexView index,
    Instant createdAt,
    Instant updatedAt) {

  @Schema(name = "DeclaredField")
  public record FieldView(
      String name, @Schema(implementation = FieldDeclaration.Type.class) String type) {
    static FieldView of(FieldDeclaration field) {
      return new FieldView(field.name(), field.type().name().toLowerCase(Locale.ROOT));
    }
  }

  /** The last two are null while the models are not loaded. */
  @Schema(name = "CollectionIndex")
  public record IndexView(
      @Schema(allowableValues = {"ready", "reindexing", "degraded"}) String state,
      @Nullable Integer chunkLength,
      @Nullable String encoderFingerprint) {}

  static CollectionView of(
      CollectionSummary summary,
      @Nullable Integer chunkLength,
      @Nullable String encoderFingerprint) {
    CollectionRow row = summary.collection();
    var byStatus = new LinkedHashMap<String, Long>();
    for (Map.Entry<DocumentStatus, Long> entry : summary.byStatus().entrySet()) {
      byStatus.put(entry.getKey().name(), entry.getValue());
    }
    return new CollectionView(
        row.id(),
        row.title(),
        row.description(),
        row.fields().stream().map(FieldView::of).toList(),
        summary.documents(),
        summary.chunks(),
        summary.characters(),
        summary.bytes(),
        byStatus,
        new IndexView(
            summary.state().name().toLowerCase(Locale.ROOT), chunkLength, encoderFingerprint),
        row.createdAt(),
        row.updatedAt());
  }
}
