package io.retort.web.json;

import io.swagger.v3.oas.annotations.media.Schema;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Schemas of records that refer to each other, each by its name: that of its {@code Schema}
 * annotation, else of its class without View or Body. No two records have one name.
 */
public final class SchemaCatalog {
  private final String prefix;
  private final Map<String, ObjectNode> schemas = new TreeMap<>();
  private final Map<String, Type> types = new TreeMap<>();

  /**
   * @param prefix what stands before a name in a reference
   */
  public SchemaCatalog(String prefix) {
    this.prefix = prefix;
  }

  /** A reference to the record's schema, which is in the catalog from now on. */
  public ObjectNode reference(Type type) {
    return reference(type, raw(type).isAnnotationPresent(RequestBodyModel.class));
  }

  ObjectNode reference(Type type, boolean read) {
    String name = name(type);
    Type known = types.putIfAbsent(name, type);
    if (known == null) {
      schemas.put(name, new RecordSchema(read, this).object(type));
    } else if (!known.equals(type)) {
      throw new IllegalArgumentException(
          "two records have the name %s in the description: %s and %s"
              .formatted(name, known.getTypeName(), type.getTypeName()));
    }
    return JsonNodeFactory.instance.objectNode().put("$ref", prefix + name);
  }

  /** Of one component of a record that is read. */
  public ObjectNode property(RecordComponent component) {
    return new RecordSchema(true, null)
        .property(component.getGenericType(), component.getAccessor());
  }

  /** By name, of everything that was referred to. */
  public Map<String, ObjectNode> schemas() {
    return schemas;
  }

  private static Class<?> raw(Type type) {
    return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
  }

  private static String name(Type type) {
    if (type instanceof ParameterizedType generic) {
      return name(generic.getActualTypeArguments()[0]) + raw(type).getSimpleName();
    }
    @Nullable Schema said = raw(type).getAnnotation(Schema.class);
    return said == null || said.name().isEmpty()
        ? raw(type).getSimpleName().replaceFirst("(View|Body)$", "")
        : said.name();
  }
}
