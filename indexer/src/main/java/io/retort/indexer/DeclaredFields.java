package io.retort.indexer;

import io.retort.data.store.FieldDeclaration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Metadata as filters see it: only declared fields, each in its declared type. */
final class DeclaredFields {
  private DeclaredFields() {}

  /** A value that has no sense in its field's type is left out: the filter does not match it. */
  static Map<String, Object> values(List<FieldDeclaration> fields, Map<String, Object> metadata) {
    Map<String, Object> values = new HashMap<>();
    for (FieldDeclaration field : fields) {
      Object given = metadata.get(field.name());
      Object value = given == null ? null : convert(field.type(), given);
      if (value != null) {
        values.put(field.name(), value);
      }
    }
    return values;
  }

  private static @Nullable Object convert(FieldDeclaration.Type type, Object value) {
    return switch (type) {
      case KEYWORD -> value.toString();
      case INTEGER ->
          switch (value) {
            case Long number -> number;
            case Double number when number == Math.rint(number) && Math.abs(number) < 1L << 53 ->
                number.longValue();
            default -> null;
          };
      case NUMBER -> value instanceof Number number ? number.doubleValue() : null;
      case BOOLEAN -> value instanceof Boolean ? value : null;
      case DATE -> value instanceof String text ? date(text) : null;
    };
  }

  /** RFC 3339 with a time, or a day alone, which begins in UTC. */
  private static @Nullable Instant date(String text) {
    try {
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
