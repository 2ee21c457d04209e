package io.retort.data.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Opaque places in a list: the sort key of the last object that was shown. */
final class Cursors {
  private static final Place START =
      new Place(OffsetDateTime.of(9999, 12, 31, 0, 0, 0, 0, ZoneOffset.UTC), "");

  private Cursors() {}

  static String of(long number) {
    return of(Long.toString(number));
  }

  static String of(String key) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(UTF_8));
  }

  /** In a list that shows the newest first. */
  static String of(Instant at, String id) {
    return of(at.toEpochMilli() + " " + id);
  }

  /**
   * Where such a list stands: what is older comes next, and of the same age what has a smaller id.
   */
  record Place(OffsetDateTime at, String id) {}

  static Place place(@Nullable String cursor) {
    if (cursor == null) {
      return START;
    }
    String[] parts = text(cursor, "").split(" ", 2);
    try {
      OffsetDateTime at = Instant.ofEpochMilli(Long.parseLong(parts[0])).atOffset(ZoneOffset.UTC);
      if (!at.isBefore(START.at) || at.getYear() < 0) { // no database knows such times
        throw new DateTimeException("no time of ours: " + at);
      }
      return new Place(at, parts[1]);
    } catch (NumberFormatException | DateTimeException | ArrayIndexOutOfBoundsException e) {
      throw invalid(e);
    }
  }

  static long number(@Nullable String cursor, long start) {
    if (cursor == null) {
      return start;
    }
    try {
      return Long.parseLong(text(cursor, ""));
    } catch (NumberFormatException e) {
      throw invalid(e);
    }
  }

  static String text(@Nullable String cursor, String start) {
    if (cursor == null) {
      return start;
    }
    try {
      ByteBuffer key = ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor));
      return UTF_8.newDecoder().decode(key).toString(); // refuses what is not UTF-8
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw invalid(e);
    }
  }

  private static RefusedException invalid(Exception cause) {
    return new RefusedException(
        Refusal.INVALID_CURSOR, "the cursor is none that this list has given out", cause);
  }

  /**
   * A slice of what was read with one row more than asked for, which tells whether there is more.
   */
  static <T> Slice<T> slice(List<T> found, int limit, Function<T, String> cursor) {
    if (found.size() <= limit) {
      return new Slice<>(found, null);
    }
    List<T> items = found.subList(0, limit);
    return new Slice<>(items, cursor.apply(items.getLast()));
  }

  /** For SQL's {@code in}, which has no empty list; no name of ours is empty. */
  static Collection<String> inList(Collection<String> values) {
    return values.isEmpty() ? List.of("") : values;
  }
}
