package io.retort.web.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON Schemas (2020-12) of records: of those that {@link RecordReader} reads, with the bounds that
 * it holds them to, and of those that are written. No object has other fields than the named ones.
 */
public final class RecordSchema {
  private final boolean read;

  private RecordSchema(boolean read) {
    this.read = read;
  }

  /** Of what is read: a field that is not needed may be left out. */
  public static ObjectNode ofInput(Class<?> type) {
    return new RecordSchema(true).object(type);
  }

  /** Of what is written: every field is there, null only if the record says so. */
  public static ObjectNode ofOutput(Class<?> type) {
    return new RecordSchema(false).object(type);
  }

  private ObjectNode object(Class<?> type) {
    ObjectNode schema = ofType("object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = JsonNodeFactory.instance.arrayNode();
    for (RecordComponent component : type.getRecordComponents()) {
      Method accessor = component.getAccessor();
      String name = Names.snakeCase(component.getName());
      ObjectNode property = value(component.getGenericType(), accessor);
      boolean nullable = accessor.getAnnotatedReturnType().isAnnotationPresent(Nullable.class);
      if (nullable && !read) {
        orNull(property);
      }
      Schema described = accessor.getAnnotation(Schema.class);
      if (described != null && !described.description().isEmpty()) {
        property.put("description", described.description());
      }
      properties.set(name, property);
      if (read
          ? accessor.isAnnotationPresent(NotNull.class)
          : !accessor.isAnnotationPresent(JsonInclude.class)) {
        required.add(name);
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    return schema.put("additionalProperties", false);
  }

  private static ObjectNode ofType(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  private static void orNull(ObjectNode schema) {
    String type = schema.get("type").stringValue();
    schema.putArray("type").add(type).add("null");
  }

  private ObjectNode value(Type type, AnnotatedElement bounds) {
    if (type instanceof ParameterizedType generic) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class
          ? list(arguments[0], bounds)
          : entries(arguments[1], bounds);
    }
    if (read && type == JsonNode.class) {
      return JsonNodeFactory.instance.objectNode(); // whatever it is, its reader judges it
    }
    if (type == String.class) {
      return text(bounds);
    }
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return whole(bounds);
    }
    if (type == double.class || type == Double.class) {
      return real(bounds);
    }
    if (type == boolean.class || type == Boolean.class) {
      return ofType("boolean");
    }
    if (type == Instant.class) {
      return ofType("string").put("format", "date-time");
    }
    if (type instanceof Class<?> named && named.isRecord()) {
      return object(named);
    }
    if (read && type instanceof Class<?> named && named.isEnum()) {
      return constant(named);
    }
    throw new IllegalArgumentException("no JSON Schema for " + type);
  }

  private static ObjectNode text(AnnotatedElement bounds) {
    ObjectNode schema = ofType("string");
    Size size = bounds.getAnnotation(Size.class);
    if (size != null) {
      schema.put("minLength", size.min()).put("maxLength", size.max());
    }
    Pattern pattern = bounds.getAnnotation(Pattern.class);
    if (pattern != null) {
      schema.put("pattern", "^(?:" + pattern.regexp() + ")$");
    }
    return schema;
  }

  private static ObjectNode whole(AnnotatedElement bounds) {
    ObjectNode schema = ofType("integer");
    Min min = bounds.getAnnotation(Min.class);
    if (min != null) {
      schema.put("minimum", min.value());
    }
    Max max = bounds.getAnnotation(Max.class);
    if (max != null) {
      schema.put("maximum", max.value());
    }
    return schema;
  }

  private static ObjectNode real(AnnotatedElement bounds) {
    ObjectNode schema = ofType("number");
    DecimalMin min = bounds.getAnnotation(DecimalMin.class);
    if (min != null) {
      schema.put(min.inclusive() ? "minimum" : "exclusiveMinimum", new BigDecimal(min.value()));
    }
    DecimalMax max = bounds.getAnnotation(DecimalMax.class);
    if (max != null) {
      schema.put("maximum", new BigDecimal(max.value()));
    }
    return schema;
  }

  private static ObjectNode constant(Class<?> type) {
    ObjectNode schema = ofType("string");
    ArrayNode names = schema.putArray("enum");
    for (Object constant : type.getEnumConstants()) {
      names.add(((Enum<?>) constant).name().toLowerCase(Locale.ROOT));
    }
    return schema;
  }

  private ObjectNode list(Type element, AnnotatedElement bounds) {
    ObjectNode schema = ofType("array");
    Size size = bounds.getAnnotation(Size.class);
    if (size != null) {
      schema.put("minItems", size.min()).put("maxItems", size.max());
    }
    schema.set("items", value(element, RecordReader.elementBounds(bounds)));
    return schema;
  }

  /** An object by free names; as Object, its values are scalars. */
  private ObjectNode entries(Type element, AnnotatedElement bounds) {
    ObjectNode schema = ofType("object");
    Size size = bounds.getAnnotation(Size.class);
    if (size != null) {
      schema.put("maxProperties", size.max());
    }
    if (element != Object.class) {
      schema.set("additionalProperties", value(element, Object.class)); // entries have no bounds
      return schema;
    }
    if (read) {
      schema.set(
          "propertyNames",
          ofType("string").put("minLength", 1).put("maxLength", RecordReader.LONGEST_KEY));
    }
    ObjectNode scalar = schema.putObject("additionalProperties");
    scalar.putArray("type").add("string").add("number").add("boolean");
    if (read) {
      scalar.put("maxLength", RecordReader.LONGEST_SCALAR);
    }
    return schema;
  }
}
