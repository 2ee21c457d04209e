package io.retort.indexer;

import static java.util.Objects.requireNonNull;

import io.retort.data.store.CollectionRow;
import io.retort.data.store.FieldDeclaration;
import java.util.List;

/** A collection to be. */
public record NewCollection(
    String id, String title, String description, List<FieldDeclaration> fields) {
  public NewCollection {
    requireNonNull(id, "id");
    requireNonNull(title, "title");
    requireNonNull(description, "description");
    fields = List.copyOf(fields);
    if (!CollectionRow.isId(id)) {
      throw new IllegalArgumentException(
          "a collection's id is up to 63 small letters, digits and hyphens, but was '" + id + "'");
    }
  }

  /** A collection that has its id for a title and declares no fields. */
  public static NewCollection named(String id) {
    return new NewCollection(id, id, "", List.of());
  }
}
