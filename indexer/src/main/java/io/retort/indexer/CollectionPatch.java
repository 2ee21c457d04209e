package io.retort.indexer;

import io.retort.data.store.FieldDeclaration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is to change of a collection; null leaves a part as it is, {@code addedFields} only add. */
public record CollectionPatch(
    @Nullable String title, @Nullable String description, List<FieldDeclaration> addedFields) {
  public CollectionPatch {
    addedFields = List.copyOf(addedFields);
  }
}
