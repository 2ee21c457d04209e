package io.retort.web.description;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JavaType;
import io.retort.web.json.SchemaCatalog;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Lets springdoc take the schemas of records from our own catalog, so that a description says just
 * what a reader holds its clients to.
 */
final class RecordConverter implements ModelConverter {
  private final SchemaCatalog catalog;

  RecordConverter(SchemaCatalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public @Nullable Schema<?> resolve(
      AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
    JavaType java = Json.mapper().constructType(type.getType());
    if (java != null && java.getRawClass().isRecord()) {
      return schema(catalog.reference(reflected(type.getType(), java)));
    }
    return chain.hasNext() ? chain.next().resolve(type, context, chain) : null;
  }

  @Override
  public boolean isOpenapi31() {
    return true;
  }

  private static Type reflected(Type given, JavaType java) {
    return given instanceof ParameterizedType
            || java.containedTypeCount() == 0 && given instanceof Class<?>
        ? given
        : java.getRawClass();
  }

  /** As swagger's own object. */
  static Schema<?> schema(JsonNode json) {
    try {
      return Json31.mapper().readValue(json.toString(), Schema.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not a schema: " + json, e);
    }
  }
}
