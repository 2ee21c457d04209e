package io.retort.web.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.retort.web.access.Requires;
import io.retort.web.json.Names;
import io.retort.web.problem.ErrorForm;
import io.retort.web.problem.Problem;
import io.retort.web.problem.ProblemWriter;
import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.core.jackson.ModelResolver;
import io.swagger.v3.core.util.Json;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.List;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How the API describes itself: names in snake_case, scopes, and one shape for every problem. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {
  /** The extension that names the scope which an operation needs. */
  static final String SCOPE = "x-required-scope";

  private static final String BEARER = "bearer";

  @Bean
  OpenAPI description() {
    return new OpenAPI()
        .info(
            new Info()
                .title("Retort")
                .version("v1")
                .description("Answers from your own documents, with the place of every statement."))
        .schemaRequirement(
            BEARER, new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("bearer"))
        .addSecurityItem(new SecurityRequirement().addList(BEARER));
  }

  @Bean
  ModelResolver snakeCaseNames() {
    ObjectMapper mapper =
        Json.mapper().copy().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
    return new ModelResolver(mapper);
  }

  @Bean
  OperationCustomizer scopes() {
    return (operation, handler) -> {
      Requires requires = handler.getMethodAnnotation(Requires.class);
      if (requires != null) {
        operation.addExtension(SCOPE, requires.value().word());
      }
      if (operation.getParameters() != null) {
        operation.getParameters().forEach(p -> p.setName(Names.snakeCase(p.getName())));
      }
      return operation;
    };
  }

  @Bean
  OpenApiCustomizer problems(List<ErrorForm> forms) {
    return api -> {
      ApiResponse problem = errors(api, Problem.class, ProblemWriter.MEDIA_TYPE);
      api.getPaths()
          .forEach(
              (path, item) -> {
                ApiResponse response =
                    forms.stream()
                        .filter(form -> form.covers(path))
                        .findFirst()
                        .map(form -> errors(api, form.type(), "application/json"))
                        .orElse(problem);
                item.readOperations()
                    .forEach(
                        operation -> operation.getResponses().addApiResponse("default", response));
              });
    };
  }

  private static ApiResponse errors(OpenAPI api, Class<?> type, String mediaType) {
    ModelConverters.getInstance()
        .readAll(type)
        .forEach((name, schema) -> api.getComponents().addSchemas(name, schema));
    return new ApiResponse()
        .description("The request was refused or failed; see code.")
        .content(
            new Content()
                .addMediaType(
                    mediaType,
                    new MediaType()
                        .schema(
                            new Schema<>().$ref("#/components/schemas/" + type.getSimpleName()))));
  }
}
