package io.retort.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A condition on documents. Values are strings, numbers or booleans, and dates as RFC 3339.
 *
 * @param field {@code document_id}, {@code path}, {@code media_type}, {@code tags}, {@code page},
 *     {@code added_at}, or {@code metadata.} and the name of a declared field
 * @param negate true for what does not meet the condition
 */
public record Filter(
    String field,
    Op op,
    @Nullable Object value,
    @Nullable List<Object> values,
    @Nullable Object gte,
    @Nullable Object gt,
    @Nullable Object lte,
    @Nullable Object lt,
    @Nullable Boolean negate) {

  /** The kinds of condition. */
  public enum Op {
    EQ,
    ANY,
    RANGE,
    PREFIX,
    EXISTS
  }

  public static Filter eq(String field, Object value) {
    return new Filter(field, Op.EQ, value, null, null, null, null, null, null);
  }

  public static Filter any(String field, List<?> values) {
    return new Filter(field, Op.ANY, null, List.copyOf(values), null, null, null, null, null);
  }

  public static Filter prefix(String field, String value) {
    return new Filter(field, Op.PREFIX, value, null, null, null, null, null, null);
  }

  public static Filter exists(String field) {
    return new Filter(field, Op.EXISTS, null, null, null, null, null, null, null);
  }

  /** From one value to another, both included; a null end is open. */
  public static Filter between(String field, @Nullable Object from, @Nullable Object to) {
    return new Filter(field, Op.RANGE, null, null, from, null, to, null, null);
  }

  public Filter not() {
    boolean negated = Boolean.TRUE.equals(negate);
    return new Filter(field, op, value, values, gte, gt, lte, lt, !negated);
  }
}
