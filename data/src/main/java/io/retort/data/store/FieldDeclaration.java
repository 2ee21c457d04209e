package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.util.regex.Pattern;

/** A metadata entry that filters of a collection may use. */
public record FieldDeclaration(String name, Type type) {
  /** How the index keeps the values. */
  public enum Type {
    KEYWORD,
    INTEGER,
    NUMBER,
    DATE,
    BOOLEAN
  }

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,31}");

  public FieldDeclaration {
    requireNonNull(name, "name");
    requireNonNull(type, "type");
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a field's name matches " + NAME.pattern() + ", but was '" + name + "'");
    }
  }
}
