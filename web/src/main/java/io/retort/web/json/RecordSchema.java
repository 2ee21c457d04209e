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
import java.lang.reflect.TypeVariable;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON Schemas (2020-12) of records: of those that {@link RecordReader} reads, with the bounds that
 * it holds them to, and of those that are written. Alone, a schema has everything inside and no
 * object has other fields than the named ones; in a {@link SchemaCatalog} it refers to the others.
 */
public final class RecordSchema {
  private final boolean read;
  private final @Nullable SchemaCatalog catalog;

  RecordSchema(boolean read, @Nullable SchemaCatalog catalog) {
    this.read = read;
    this.catalog = catalog;
  }

  /** Of what is read: a field that is not needed may be left out. */
  public static ObjectNode ofInput(Class<?> type) {
    return new RecordSchema(true, null).object(type);
  }

  /** Of what is written: every field is there, null only if the record says so. */
  public static ObjectNode ofOutput(Class<?> type) {
    return new RecordSchema(false, null).object(type);
  }

  /** Of a record, which has arguments if it is generic. */
  ObjectNode object(Type type) {
    Class<?> raw =
        (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
    ObjectNode schema = ofType("object");
    describe(schema, raw.getAnnotation(Schema.class));
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = JsonNodeFactory.instance.arrayNode();
    boolean open = catalog != null && !read; // who reads us must bear a field that comes later
    for (RecordComponent component : raw.getRecordComponents()) {
      Method accessor = component.getAccessor();
      if (accessor.isAnnotationPresent(OtherFields.class)) {
        open = true;
        continue;
      }
      String name = Names.snakeCase(component.getName());
      properties.set(name, property(bound(component.getGenericType(), type), accessor));
      if (read
          ? accessor.isAnnotationPresent(NotNull.class)
          : !accessor.isAnnotationPresent(JsonInclude.class)) {
        required.add(name);
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    return open ? schema : schema.put("additionalProperties", false);
  }

  /** Of one component: its value, what is said about it, and null where it may be. */
  ObjectNode property(Type type, Method accessor) {
    ObjectNode property = value(type, accessor);
    boolean nullable =
        read && catalog != null
            ? !accessor.isAnnotationPresent(NotNull.class)
            : !read && accessor.getAnnotatedReturnType().isAnnotationPresent(Nullable.class);
    if (nullable) {
      property = orNull(property);
    }
    describe(property, accessor.getAnnotation(Schema.class));
    return property;
  }

  private static void describe(ObjectNode schema, @Nullable Schema described) {
    if (described != null && !described.description().isEmpty()) {
      schema.put("description", described.description());
    }
  }

  /** What a generic record's own arguments make of a component's type. */
  private static Type bound(Type type, Type of) {
    if (of instanceof ParameterizedType given && type instanceof ParameterizedType generic) {
      Type argument = generic.getActualTypeArguments()[0];
      return generic.getRawType() == List.class && argument instanceof TypeVariable<?>
          ? new ListOf(given.getActualTypeArguments()[0])
          : type;
    }
    return type;
  }

  /** The type of a list whose elements' type is known only here. */
  private record ListOf(Type element) implements ParameterizedType {
    @Override
    public Type[] getActualTypeArguments() {
      return new Type[] {element};
    }

    @Override
    public Type getRawType() {
      return List.class;
    }

    @Override
    public @Nullable Type getOwnerType() {
      return null;
    }
  }

  private static ObjectNode ofType(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  private static ObjectNode orNull(ObjectNode schema) {
    if (schema.has("$ref")) {
      ObjectNode either = JsonNodeFactory.instance.objectNode();
      either.putArray("anyOf").add(schema).add(ofType("null"));
      return either;
    }
    if (schema.has("anyOf")) {
      schema.withArray("anyOf").add(ofType("null"));
      return schema;
    }
    JsonNode type = schema.get("type");
    if (type != null && type.isString()) {
      schema.putArray("type").add(type.stringValue()).add("null");
    }
    if (schema.has("enum")) {
      schema.withArray("enum").addNull();
    }
    return schema;
  }

  private ObjectNode value(Type type, AnnotatedElement bounds) {
    Schema said = bounds.getAnnotation(Schema.class);
    if (said != null && said.anyOf().length > 0) {
      return either(said.anyOf());
    }
    if (said != null && said.implementation().isEnum()) {
      return constant(said.implementation(), bounds);
    }
    if (said != null && said.allowableValues().length > 0) {
      return words(Arrays.asList(said.allowableValues()));
    }
    if (type instanceof ParameterizedType generic && !isRecord(type)) {
      Type[] arguments = generic.getActualTypeArguments();
      return generic.getRawType() == List.class
          ? list(arguments[0], bounds)
          : entries(arguments[1], bounds);
    }
    if (type == Object.class || read && type == JsonNode.class) {
      return JsonNodeFactory.instance.objectNode(); // whatever it is, its reader judges it
    }
    if (type == String.class) {
      return text(bounds);
    }
    if (type == int.class || type == Integer.class || type == long.class || type == Long.class) {
      return whole(bounds);
    }
    if (type == double.class || type == Double.class || type == float.class) {
      return real(bounds);
    }
    if (type == Number.class) {
      return ofType("number");
    }
    if (type == boolean.class || type == Boolean.class) {
      return ofType("boolean");
    }
    if (type == Instant.class) {
      return ofType("string").put("format", "date-time");
    }
    if (isRecord(type)) {
      return catalog == null ? object(type) : catalog.reference(type, read);
    }
    if (type == byte[].class) {
      return ofType("string").put("format", "binary"); // a file in a form
    }
    if (type instanceof Class<?> array && array.isArray()) {
      ObjectNode schema = ofType("array");
      schema.set("items", value(array.getComponentType(), Object.class));
      return schema;
    }
    if (read && type instanceof Class<?> named && named.isEnum()) {
      return constant(named, bounds);
    }
    throw new IllegalArgumentException("no JSON Schema for " + type);
  }

  static boolean isRecord(Type type) {
    return type instanceof Class<?> named && named.isRecord()
        || type instanceof ParameterizedType generic && isRecord(generic.getRawType());
  }

  /** One of several types, where a record's component says no more than that it is a value. */
  private ObjectNode either(Class<?>[] types) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode();
    ArrayNode each = schema.putArray("anyOf");
    for (Class<?> type : types) {
      each.add(value(type, Object.class));
    }
    return schema;
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

  private static ObjectNode constant(Class<?> type, AnnotatedElement bounds) {
    return words(Names.words(type, bounds));
  }

  private static ObjectNode words(List<String> known) {
    ObjectNode schema = ofType("string");
    known.forEach(schema.putArray("enum")::add);
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
