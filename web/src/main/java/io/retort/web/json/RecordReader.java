package io.retort.web.json;

import static java.util.Objects.requireNonNull;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Builds records from JSON and from query strings. What is allowed stands as Bean Validation
 * annotations on the record's components, where the OpenAPI description reads it too: {@code
 * NotNull}, {@code Size} (code points, or elements), {@code Min}, {@code Max}, {@code DecimalMin},
 * {@code DecimalMax}, {@code Pattern}, and {@link PlainText}. All wrong fields are reported at
 * once.
 */
public final class RecordReader {
  private static final int MOST_ERRORS = 100;
  private static final int LONGEST_SHOWN = 100;
  static final int LONGEST_KEY = 64;
  static final int LONGEST_SCALAR = 1_024;

  private final List<FieldError> errors = new ArrayList<>();

  private RecordReader() {}

  /** Reads a body. */
  public static <T> T json(byte[] body, Class<T> type) {
    return tree(JsonText.parse(body), type, "");
  }

  /**
   * Reads a part of a body that was taken as a tree.
   *
   * @param place of the part in the body, which errors name; empty for the whole
   */
  public static <T> T tree(JsonNode node, Class<T> type, String place) {
    var reader = new RecordReader();
    Object value = reader.value(node, type, type, place);
    reader.finish();
    return type.cast(requireNonNull(value));
  }

  /** Reads a body that is an array. */
  public static <T> List<T> jsonArray(byte[] body, Class<T> element, String name) {
    JsonNode node = JsonText.parse(body);
    var reader = new RecordReader();
    var values = new ArrayList<T>();
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        Object value = reader.value(node.get(i), element, element, name + "[" + i + "]");
        if (value != null) {
          values.add(element.cast(value));
        }
      }
    } else {
      reader.wrongType(name, "an array", node);
    }
    reader.finish();
    return values;
  }

  /**
   * Reads a query string: each parameter once, but those of list components any number of times.
   */
  public static <T> T query(Map<String, String[]> parameters, Class<T> type) {
    var reader = new RecordReader();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    Map<String, RecordComponent> components = components(type);
    parameters.forEach(
        (name, values) -> {
          RecordComponent component = components.get(name);
          if (component != null && component.getType() == List.class) {
            var array = node.putArray(name);
            Arrays.stream(values)
                .flatMap(v -> Arrays.stream(v.split(",", -1))) // an empty item is judged too
                .forEach(array::add);
          } else if (values.length > 1) {
            reader.error(new FieldError(name, "repeated", "must be given once"));
          } else if (component == null) {
            node.put(name, values[0]);
          } else {
            reader.putTyped(node, name, values[0], component.getType());
          }
        });
    Object value = reader.value(node, type, type, "");
    reader.finish();
    return type.cast(requireNonNull(value));
  }

  private void putTyped(ObjectNode node, String name, String text, Class<?> type) {
    try {
      if (type == Integer.class || type == Long.class) {
        node.put(name, new BigInteger(text.length() > LONGEST_SHOWN ? "x" : text));
      } else if (type == Double.class) {
        node.put(name, new BigDecimal(text.length() > LONGEST_SHOWN ? "x" : text));
      } else if (type == Boolean.class && (text.equals("true") || text.equals("false"))) {
        node.put(name, text.equals("true"));
      } else {
        node.put(name, text);
      }
    } catch (NumberFormatException e) {
      node.put(name, text); // judged as a string where a number belongs
    }
  }

  private void finish() {
    if (errors.isEmpty()) {
      return;
    }
    Set<String> codes = errors.stream().map(FieldError::code).collect(Collectors.toSet());
    ProblemCode code =
        codes.equals(Set.of("unknown_field"))
            ? ProblemCode.UNKNOWN_FIELD
            : codes.equals(Set.of("missing_field"))
                ? ProblemCode.MISSING_FIELD
                : ProblemCode.INVALID_PARAMETER;
    throw ApiException.wrongFields(code, errors);
  }

  private void error(FieldError error) {
    if (errors.size() < MOST_ERRORS) {
      errors.add(error);
    }
  }

  private void wrongType(String field, String expected, JsonNode node) {
    error(
        new FieldError(
            field.isEmpty() ? "body" : field, "wrong_type", "must be " + expected, shown(node)));
  }

  /** A scalar as the caller sent it, if it is short. */
  private static @Nullable Object shown(JsonNode node) {
    if (node.isString()) {
      return shown(node.stringValue());
    }
    if (node.isNumber()) {
      Number number = node.numberValue();
      return number.toString().length() <= LONGEST_SHOWN ? number : null;
    }
    return node.isBoolean() ? node.booleanValue() : null;
  }

  private static @Nullable String shown(String text) {
    return text.length() <= LONGEST_SHOWN && wellFormed(text) ? text : null;
  }

  private static Map<String, RecordComponent> components(Class<?> type) {
    var components = new LinkedHashMap<String, RecordComponent>();
    for (RecordComponent component : type.getRecordComponents()) {
      components.put(Names.snakeCase(component.getName()), component);
    }
    return components;
  }

  /** Null after an error, and for JSON's null. */
  private @Nullable Object value(JsonNode node, AnnotatedElement bounds, Type type, String field) {
    if (node.isNull()) {
      if (field.isEmpty() || type instanceof Class<?> c && c.isRecord() && field.endsWith("]")) {
        wrongType(field, "an object", node);
      }
      return null;
    }
    if (type instanceof ParameterizedType generic) {
      return generic.getRawType() == List.class
          ? list(node, bounds, generic.getActualTypeArguments()[0], field)
          : scalars(node, bounds, field);
    }
    Class<?> wanted = (Class<?>) type;
    if (wanted == JsonNode.class) {
      return node;
    }
    if (wanted == String.class) {
      return text(node, bounds, field);
    }
    if (wanted == Integer.class || wanted == Long.class) {
      return whole(node, bounds, wanted, field);
    }
    if (wanted == Double.class) {
      return real(node, bounds, field);
    }
    if (wanted == Boolean.class) {
      if (!node.isBoolean()) {
        wrongType(field, "true or false", node);
        return null;
      }
      return node.booleanValue();
    }
    if (wanted == Instant.class) {
      return instant(node, field);
    }
    if (wanted.isEnum()) {
      return constant(node, bounds, wanted, field);
    }
    if (wanted.isRecord()) {
      return record(node, wanted, field);
    }
    throw new IllegalArgumentException("no JSON form for " + wanted + " of " + field);
  }

  private @Nullable Object record(JsonNode node, Class<?> type, String field) {
    if (!node.isObject()) {
      wrongType(field, "an object", node);
      return null;
    }
    int before = errors.size();
    Map<String, RecordComponent> components = components(type);
    String prefix = field.isEmpty() ? "" : field + ".";
    Map<String, JsonNode> others = others(node, components, prefix);
    var arguments = new ArrayList<@Nullable Object>();
    var types = new ArrayList<Class<?>>();
    components.forEach(
        (name, component) -> {
          types.add(component.getType());
          JsonNode child = node.get(name);
          if (component.getAccessor().isAnnotationPresent(OtherFields.class)) {
            arguments.add(others);
          } else if (child == null || child.isNull()) {
            if (component.getAccessor().isAnnotationPresent(NotNull.class)) {
              error(new FieldError(prefix + name, "missing_field", "is missing"));
            }
            arguments.add(null);
          } else {
            // Bean Validation's annotations stay on the accessor, not on the component itself.
            arguments.add(
                value(child, component.getAccessor(), component.getGenericType(), prefix + name));
          }
        });
    if (errors.size() > before) {
      return null;
    }
    try {
      var constructor = type.getDeclaredConstructor(types.toArray(Class<?>[]::new));
      constructor.setAccessible(true);
      return constructor.newInstance(arguments.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException wrong && wrong.getMessage() != null) {
        error(new FieldError(field.isEmpty() ? "body" : field, "invalid", wrong.getMessage()));
        return null;
      }
      throw new IllegalStateException("cannot make a " + type, e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + type, e);
    }
  }

  /** Fields that the record does not know: refused, unless it has a place for them. */
  private Map<String, JsonNode> others(
      JsonNode node, Map<String, RecordComponent> components, String prefix) {
    boolean taken =
        components.values().stream()
            .anyMatch(c -> c.getAccessor().isAnnotationPresent(OtherFields.class));
    var others = new LinkedHashMap<String, JsonNode>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String name = field.getKey();
      RecordComponent known = components.get(name);
      if (known != null && !known.getAccessor().isAnnotationPresent(OtherFields.class)) {
        continue;
      }
      String shown = shown(name);
      if (taken && shown != null) {
        others.put(name, field.getValue());
      } else {
        error(
            new FieldError(
                prefix + (shown == null ? "…" : shown), "unknown_field", "is not a known field"));
      }
    }
    return others;
  }

  private @Nullable List<Object> list(
      JsonNode node, AnnotatedElement bounds, Type element, String field) {
    if (!node.isArray()) {
      wrongType(field, "an array", node);
      return null;
    }
    Size size = bounds.getAnnotation(Size.class);
    if (size != null && (node.size() < size.min() || node.size() > size.max())) {
      error(
          new FieldError(
              field,
              "wrong_length",
              "must have " + size.min() + " to " + size.max() + " elements, but has " + node.size(),
              null,
              size.min(),
              size.max()));
      return null;
    }
    AnnotatedElement elementBounds = elementBounds(bounds);
    var values = new ArrayList<Object>();
    for (int i = 0; i < node.size(); i++) {
      String place = field + "[" + i + "]";
      if (node.get(i).isNull()) {
        wrongType(place, "a value", node.get(i));
        continue;
      }
      Object value = value(node.get(i), elementBounds, element, place);
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  /** The annotations inside the brackets of {@code List<@Size(max = 64) String>}. */
  static AnnotatedElement elementBounds(AnnotatedElement bounds) {
    return bounds instanceof Method accessor
            && accessor.getAnnotatedReturnType() instanceof AnnotatedParameterizedType generic
        ? generic.getAnnotatedActualTypeArguments()[0]
        : bounds;
  }

  /** Scalar entries by name: String, Long, Double or Boolean. */
  private @Nullable Map<String, Object> scalars(
      JsonNode node, AnnotatedElement bounds, String field) {
    if (!node.isObject()) {
      wrongType(field, "an object", node);
      return null;
    }
    Size size = bounds.getAnnotation(Size.class);
    if (size != null && node.size() > size.max()) {
      error(
          new FieldError(
              field,
              "wrong_length",
              "must have at most " + size.max() + " entries, but has " + node.size(),
              null,
              size.min(),
              size.max()));
      return null;
    }
    var values = new LinkedHashMap<String, Object>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String place = field + "." + (shown(entry.getKey()) == null ? "…" : entry.getKey());
      int keyLength = entry.getKey().codePointCount(0, entry.getKey().length());
      if (keyLength < 1 || keyLength > LONGEST_KEY || !wellFormed(entry.getKey())) {
        error(new FieldError(place, "invalid_name", "must have a name of 1 to 64 characters"));
        continue;
      }
      JsonNode value = entry.getValue();
      if (value.isString()) {
        String text = value.stringValue();
        checkLength(text, 0, LONGEST_SCALAR, place);
        checkWellFormed(text, place);
        values.put(entry.getKey(), text);
      } else if (value.isBoolean()) {
        values.put(entry.getKey(), value.booleanValue());
      } else if (value.isIntegralNumber()) {
        if (value.canConvertToLong()) {
          values.put(entry.getKey(), value.longValue());
        } else {
          error(FieldError.outOfRange(place, "" + shown(value), Long.MIN_VALUE, Long.MAX_VALUE));
        }
      } else if (value.isNumber() && Double.isFinite(value.decimalValue().doubleValue())) {
        values.put(entry.getKey(), value.decimalValue().doubleValue());
      } else {
        wrongType(place, "a string, a number, true or false", value);
      }
    }
    return values;
  }

  private @Nullable String text(JsonNode node, AnnotatedElement bounds, String field) {
    if (!node.isString()) {
      wrongType(field, "a string", node);
      return null;
    }
    String text = node.stringValue();
    if (!checkWellFormed(text, field)) {
      return null;
    }
    Size size = bounds.getAnnotation(Size.class);
    if (size != null && !checkLength(text, size.min(), size.max(), field)) {
      return null;
    }
    Pattern pattern = bounds.getAnnotation(Pattern.class);
    if (pattern != null && !text.matches(pattern.regexp())) {
      error(new FieldError(field, "pattern", "must match " + pattern.regexp(), shown(text)));
      return null;
    }
    if (bounds.isAnnotationPresent(PlainText.class) && !checkPlain(text, field)) {
      return null;
    }
    return text;
  }

  private boolean checkLength(String text, int min, int max, String field) {
    int length = text.codePointCount(0, text.length());
    if (length >= min && length <= max) {
      return true;
    }
    error(
        new FieldError(
            field,
            length < min ? "too_short" : "too_long",
            "must have " + min + " to " + max + " characters, but has " + length,
            null,
            min,
            max));
    return false;
  }

  private boolean checkPlain(String text, String field) {
    if (text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\t' && c != '\n')) {
      error(
          new FieldError(
              field, "control_character", "must not have control characters but tab and newline"));
      return false;
    }
    if (text.codePoints().allMatch(c -> Character.isWhitespace(c) || Character.isSpaceChar(c))) {
      error(new FieldError(field, "blank", "must not be blank"));
      return false;
    }
    return true;
  }

  private boolean checkWellFormed(String text, String field) {
    if (wellFormed(text)) {
      return true;
    }
    error(new FieldError(field, "lone_surrogate", "must not have half a surrogate pair"));
    return false;
  }

  private static boolean wellFormed(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private @Nullable Number whole(
      JsonNode node, AnnotatedElement bounds, Class<?> wanted, String field) {
    if (!node.isIntegralNumber()) {
      wrongType(field, "a whole number", node);
      return null;
    }
    long least = wanted == Integer.class ? Integer.MIN_VALUE : Long.MIN_VALUE;
    long most = wanted == Integer.class ? Integer.MAX_VALUE : Long.MAX_VALUE;
    Min min = bounds.getAnnotation(Min.class);
    Max max = bounds.getAnnotation(Max.class);
    least = min == null ? least : min.value();
    most = max == null ? most : max.value();
    if (!node.canConvertToLong() || node.longValue() < least || node.longValue() > most) {
      Object value = shown(node);
      error(FieldError.outOfRange(field, value == null ? "a longer number" : value, least, most));
      return null;
    }
    return wanted == Integer.class ? (Number) node.intValue() : (Number) node.longValue();
  }

  private @Nullable Double real(JsonNode node, AnnotatedElement bounds, String field) {
    if (!node.isNumber()) {
      wrongType(field, "a number", node);
      return null;
    }
    double value = node.decimalValue().doubleValue();
    DecimalMin min = bounds.getAnnotation(DecimalMin.class);
    DecimalMax max = bounds.getAnnotation(DecimalMax.class);
    double least = min == null ? -Double.MAX_VALUE : Double.parseDouble(min.value());
    double most = max == null ? Double.MAX_VALUE : Double.parseDouble(max.value());
    boolean tooLow = value < least || min != null && !min.inclusive() && value == least;
    if (tooLow || value > most) {
      Object sent = shown(node);
      error(FieldError.outOfRange(field, sent == null ? "a longer number" : sent, least, most));
      return null;
    }
    return value;
  }

  private @Nullable Instant instant(JsonNode node, String field) {
    if (node.isString()) {
      try {
        return OffsetDateTime.parse(node.stringValue()).toInstant();
      } catch (DateTimeParseException e) {
        // falls through to the one message for everything that is no time
      }
    }
    wrongType(field, "a time as 2026-11-25T09:00:00.000Z", node);
    return null;
  }

  private @Nullable Object constant(
      JsonNode node, AnnotatedElement bounds, Class<?> type, String field) {
    List<String> known = Names.words(type, bounds);
    if (node.isString()) {
      int found = known.indexOf(node.stringValue());
      if (found >= 0) {
        return type.getEnumConstants()[found];
      }
      error(
          new FieldError(
              field, "not_allowed", "must be one of " + String.join(", ", known), shown(node)));
    } else {
      wrongType(field, "one of " + String.join(", ", known), node);
    }
    return null;
  }
}
