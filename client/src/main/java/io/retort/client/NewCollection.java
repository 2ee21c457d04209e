package io.retort.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A collection that is to be made.
 *
 * @param fields what filters may use of the metadata
 */
public record NewCollection(
    String id, @Nullable String title, @Nullable String description, @Nullable List<Field> fields) {

  /** A field of the metadata that filters may use. */
  public record Field(String name, FieldType type) {}

  /** What the values of a field are. */
  public enum FieldType {
    KEYWORD,
    INTEGER,
    NUMBER,
    DATE,
    BOOLEAN
  }

  public static NewCollection of(String id) {
    return new NewCollection(id, null, null, null);
  }
}
