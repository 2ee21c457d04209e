package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/** A named set of documents with the fields that its filters may use. */
public record CollectionRow(
    String id,
    String title,
    String description,
    List<FieldDeclaration> fields,
    Instant createdAt,
    Instant updatedAt) {
  private static final Pattern ID = Pattern.compile("(?!retort-)[a-z0-9][a-z0-9-]{0,62}");

  public CollectionRow {
    requireNonNull(id, "id");
    requireNonNull(title, "title");
    requireNonNull(description, "description");
    fields = List.copyOf(fields);
    requireNonNull(createdAt, "createdAt");
    requireNonNull(updatedAt, "updatedAt");
    if (!isId(id)) {
      throw new IllegalArgumentException(
          "a collection's id matches " + ID.pattern() + ", but was '" + id + "'");
    }
  }

  /** Whether {@code text} may name a collection. */
  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }
}
