package io.retort.web.search;

import io.retort.data.Filter;
import io.retort.data.store.CollectionSummary;
import io.retort.data.store.FieldDeclaration;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Turns filters of a request into typed ones, by the fields that the searched collections have. */
public final class FilterReader {
  private static final String METADATA = "metadata.";
  private static final int LONGEST_VALUE = 1_024;

  private static final Map<String, FieldDeclaration.Type> BUILT_IN =
      Map.of(
          "document_id", FieldDeclaration.Type.KEYWORD,
          "path", FieldDeclaration.Type.KEYWORD,
          "media_type", FieldDeclaration.Type.KEYWORD,
          "tags", FieldDeclaration.Type.KEYWORD,
          "page", FieldDeclaration.Type.INTEGER,
          "added_at", FieldDeclaration.Type.DATE);

  private final Map<String, FieldDeclaration.Type> types = new HashMap<>(BUILT_IN);
  private final List<FieldError> unknown = new ArrayList<>();
  private final List<FieldError> wrong = new ArrayList<>();

  private FilterReader(List<CollectionSummary> searched) {
    boolean first = true;
    for (CollectionSummary summary : searched) {
      var declared = new HashMap<String, FieldDeclaration.Type>();
      summary.collection().fields().forEach(f -> declared.put(METADATA + f.name(), f.type()));
      if (first) {
        types.putAll(declared);
      } else {
        // A field that another collection lacks, or has with another type, cannot be compared.
        types
            .entrySet()
            .removeIf(
                t -> t.getKey().startsWith(METADATA) && declared.get(t.getKey()) != t.getValue());
      }
      first = false;
    }
  }

  /** The filters, or a problem that names every wrong one. */
  public static List<Filter> read(
      @Nullable List<FilterBody> bodies, List<CollectionSummary> searched) {
    if (bodies == null) {
      return List.of();
    }
    var reader = new FilterReader(searched);
    var filters = new ArrayList<Filter>();
    for (int i = 0; i < bodies.size(); i++) {
      Filter filter = reader.filter(bodies.get(i), "filters[" + i + "]");
      if (filter != null) {
        filters.add(Boolean.TRUE.equals(bodies.get(i).negate()) ? new Filter.Not(filter) : filter);
      }
    }
    if (!reader.wrong.isEmpty()) {
      reader.wrong.addAll(reader.unknown);
      throw ApiException.wrongFields(ProblemCode.INVALID_FILTER, reader.wrong);
    }
    if (!reader.unknown.isEmpty()) {
      throw ApiException.wrongFields(ProblemCode.UNKNOWN_FILTER_FIELD, reader.unknown);
    }
    return filters;
  }

  private @Nullable Filter filter(FilterBody body, String place) {
    FieldDeclaration.Type type = types.get(body.field());
    if (type == null) {
      unknown.add(
          new FieldError(
              place + ".field",
              "unknown_filter_field",
              "is no field of every searched collection",
              body.field()));
      return null;
    }
    if (!hasOnlyItsOwnOperands(body, place)) {
      return null;
    }
    return switch (body.op()) {
      case EQ -> {
        Object value = required(body.value(), type, place + ".value");
        yield value == null ? null : new Filter.Any(body.field(), List.of(value));
      }
      case ANY -> any(body, type, place);
      case RANGE -> range(body, type, place);
      case PREFIX -> prefix(body, type, place);
      case EXISTS -> new Filter.Exists(body.field());
    };
  }

  private boolean hasOnlyItsOwnOperands(FilterBody body, String place) {
    int before = wrong.size();
    boolean single = body.op() == FilterBody.Op.EQ || body.op() == FilterBody.Op.PREFIX;
    refuse(!single && body.value() != null, place + ".value", body.op());
    refuse(body.op() != FilterBody.Op.ANY && body.values() != null, place + ".values", body.op());
    boolean range = body.op() == FilterBody.Op.RANGE;
    refuse(!range && body.gte() != null, place + ".gte", body.op());
    refuse(!range && body.gt() != null, place + ".gt", body.op());
    refuse(!range && body.lte() != null, place + ".lte", body.op());
    refuse(!range && body.lt() != null, place + ".lt", body.op());
    return wrong.size() == before;
  }

  private void refuse(boolean present, String field, FilterBody.Op op) {
    if (present) {
      wrong.add(
          new FieldError(
              field,
              "not_allowed",
              "does not belong to " + op.name().toLowerCase(java.util.Locale.ROOT)));
    }
  }

  private @Nullable Filter any(FilterBody body, FieldDeclaration.Type type, String place) {
    if (body.values() == null) {
      wrong.add(new FieldError(place + ".values", "missing_field", "is missing"));
      return null;
    }
    int before = wrong.size();
    var values = new ArrayList<Object>();
    for (int i = 0; i < body.values().size(); i++) {
      Object value = required(body.values().get(i), type, place + ".values[" + i + "]");
      if (value != null) {
        values.add(value);
      }
    }
    return wrong.size() > before ? null : new Filter.Any(body.field(), values);
  }

  private @Nullable Filter range(FilterBody body, FieldDeclaration.Type type, String place) {
    if (type == FieldDeclaration.Type.KEYWORD || type == FieldDeclaration.Type.BOOLEAN) {
      wrong.add(
          new FieldError(
              place + ".op", "not_allowed", "range needs an integer, number or date field"));
      return null;
    }
    if (body.gte() != null && body.gt() != null || body.lte() != null && body.lt() != null) {
      wrong.add(
          new FieldError(place, "not_allowed", "must have one lower and one upper bound at most"));
      return null;
    }
    int before = wrong.size();
    JsonNode lower = body.gte() == null ? body.gt() : body.gte();
    JsonNode upper = body.lte() == null ? body.lt() : body.lte();
    if (lower == null && upper == null) {
      wrong.add(new FieldError(place, "missing_field", "must have gte, gt, lte or lt"));
      return null;
    }
    Object from =
        lower == null ? null : required(lower, type, place + (body.gte() == null ? ".gt" : ".gte"));
    Object to =
        upper == null ? null : required(upper, type, place + (body.lte() == null ? ".lt" : ".lte"));
    return wrong.size() > before
        ? null
        : new Filter.Range(body.field(), from, body.gte() != null, to, body.lte() != null);
  }

  private @Nullable Filter prefix(FilterBody body, FieldDeclaration.Type type, String place) {
    if (type != FieldDeclaration.Type.KEYWORD) {
      wrong.add(new FieldError(place + ".op", "not_allowed", "prefix needs a keyword field"));
      return null;
    }
    Object value = required(body.value(), type, place + ".value");
    return value == null ? null : new Filter.Prefix(body.field(), (String) value);
  }

  private @Nullable Object required(
      @Nullable JsonNode node, FieldDeclaration.Type type, String place) {
    if (node == null || node.isNull()) {
      wrong.add(new FieldError(place, "missing_field", "is missing"));
      return null;
    }
    Object value =
        switch (type) {
          case KEYWORD -> keyword(node);
          case INTEGER ->
              node.isIntegralNumber() && node.canConvertToLong() ? node.longValue() : null;
          case NUMBER -> number(node);
          case DATE -> date(node);
          case BOOLEAN -> node.isBoolean() ? node.booleanValue() : null;
        };
    if (value == null) {
      wrong.add(new FieldError(place, "wrong_type", "must be " + spell(type)));
    }
    return value;
  }

  private static @Nullable String keyword(JsonNode node) {
    return node.isString() && node.stringValue().length() <= LONGEST_VALUE
        ? node.stringValue()
        : null;
  }

  private static @Nullable Double number(JsonNode node) {
    double value = node.isNumber() ? node.decimalValue().doubleValue() : Double.NaN;
    return Double.isFinite(value) ? value : null;
  }

  private static @Nullable Instant date(JsonNode node) {
    if (!node.isString()) {
      return null;
    }
    String text = node.stringValue();
    try {
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException e) {
      return null;
    }
  }

  private static String spell(FieldDeclaration.Type type) {
    return switch (type) {
      case KEYWORD -> "a string of at most 1,024 characters";
      case INTEGER -> "a whole number";
      case NUMBER -> "a number";
      case DATE -> "a date as 2026-11-25 or a time as 2026-11-25T09:00:00.000Z";
      case BOOLEAN -> "true or false";
    };
  }
}
