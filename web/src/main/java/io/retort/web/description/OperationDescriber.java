package io.retort.web.description;

import static java.util.Map.entry;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.retort.web.access.Requires;
import io.retort.web.access.WebPaths;
import io.retort.web.idempotency.IdempotentCalls;
import io.retort.web.json.Names;
import io.retort.web.json.QueryModel;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.json.SchemaCatalog;
import io.retort.web.problem.ErrorForm;
import io.retort.web.problem.Problem;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.ProblemWriter;
import io.retort.web.problem.Refuses;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.Parameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import jakarta.validation.constraints.NotNull;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springdoc.core.customizers.OperationCustomizer;
import org.springframework.core.MethodParameter;
import org.springframework.web.method.HandlerMethod;
import tools.jackson.databind.JsonNode;

/**
 * Says of every operation what Spring's signatures do not: its scope, its query with bounds, the
 * problems it can have, headers, examples.
 */
final class OperationDescriber implements OperationCustomizer, OpenApiCustomizer {
  /** The extension that names the scope which an operation needs. */
  static final String SCOPE = "x-required-scope";

  private static final Set<ProblemCode> OF_ALL =
      EnumSet.of(
          ProblemCode.MALFORMED_REQUEST,
          ProblemCode.HOST_NOT_ALLOWED,
          ProblemCode.ORIGIN_NOT_ALLOWED,
          ProblemCode.HEADERS_TOO_LARGE,
          ProblemCode.INTERNAL_ERROR,
          ProblemCode.SHUTTING_DOWN);

  private static final Set<ProblemCode> WITH_CREDENTIAL =
      EnumSet.of(
          ProblemCode.UNAUTHENTICATED, ProblemCode.RATE_LIMITED, ProblemCode.STORE_UNAVAILABLE);

  private static final Set<ProblemCode> WITH_JSON =
      EnumSet.of(
          ProblemCode.MALFORMED_JSON, ProblemCode.UNKNOWN_FIELD, ProblemCode.INVALID_PARAMETER);

  private static final Set<ProblemCode> WITH_BODY =
      EnumSet.of(
          ProblemCode.BODY_TOO_LARGE,
          ProblemCode.UNSUPPORTED_MEDIA_TYPE,
          ProblemCode.REQUEST_TIMEOUT);

  private static final Set<ProblemCode> WITH_IDEMPOTENCY_KEY =
      EnumSet.of(
          ProblemCode.INVALID_PARAMETER,
          ProblemCode.IDEMPOTENCY_IN_PROGRESS,
          ProblemCode.IDEMPOTENCY_KEY_REUSED);

  private record Id(String description, String pattern, String example) {
    static Id of(String prefix, String thing) {
      return new Id(
          "The id of " + thing + ".",
          "^" + prefix + "_[0-9a-z]{26}$",
          prefix + "_01kb3x9c5m2vw8q4r7t6y1z0ha");
    }
  }

  private static final Id COLLECTION =
      new Id("The id of a collection.", "^[a-z0-9][a-z0-9-]{0,62}$", "handbook");

  /** By what stands before the id in a path. */
  private static final Map<String, Id> IDS =
      Map.ofEntries(
          entry("collections", COLLECTION),
          entry(
              "models",
              new Id("A collection's id, or retort-encoder.", COLLECTION.pattern, "handbook")),
          entry("documents", Id.of("doc", "a document")),
          entry("jobs", Id.of("job", "a job")),
          entry("answers", Id.of("ans", "an answer")),
          entry("evaluations", Id.of("evl", "an evaluation run")),
          entry(
              "datasets",
              new Id("The name of a question set.", COLLECTION.pattern, "leave-questions")),
          entry("conversations", Id.of("cnv", "a conversation")),
          entry("keys", Id.of("key", "an API key")));

  private final SchemaCatalog catalog;
  private final List<ErrorForm> forms;
  private final Examples examples;
  private final Map<String, Set<ProblemCode>> problems = new ConcurrentHashMap<>();

  OperationDescriber(SchemaCatalog catalog, List<ErrorForm> forms, Examples examples) {
    this.catalog = catalog;
    this.forms = List.copyOf(forms);
    this.examples = examples;
  }

  @Override
  public Operation customize(Operation operation, HandlerMethod handler) {
    Requires requires = handler.getMethodAnnotation(Requires.class);
    if (requires != null) {
      operation.addExtension(SCOPE, requires.value().word());
    }
    Set<ProblemCode> codes =
        problems.computeIfAbsent(operation.getOperationId(), _ -> EnumSet.copyOf(OF_ALL));
    if (requires != null) {
      codes.add(ProblemCode.MISSING_SCOPE);
    }
    Refuses refuses = handler.getMethodAnnotation(Refuses.class);
    if (refuses != null) {
      codes.addAll(List.of(refuses.value()));
    }
    List<Parameter> parameters = new ArrayList<>();
    if (operation.getParameters() != null) {
      operation.getParameters().stream()
          .filter(p -> p.getIn().equals("path") || p.getIn().equals("header"))
          .forEach(parameters::add);
    }
    for (MethodParameter parameter : handler.getMethodParameters()) {
      Class<?> type = parameter.getParameterType();
      if (type.isAnnotationPresent(QueryModel.class)) {
        parameters.addAll(query(type));
        codes.add(ProblemCode.UNKNOWN_FIELD);
        codes.add(ProblemCode.INVALID_PARAMETER);
        addMissingField(type, codes);
      } else if (type.isAnnotationPresent(RequestBodyModel.class)) {
        codes.addAll(WITH_JSON);
        addMissingField(type, codes);
      }
    }
    operation.setParameters(parameters.isEmpty() ? null : parameters);
    if (operation.getRequestBody() != null) {
      codes.addAll(WITH_BODY);
    }
    return operation;
  }

  private static void addMissingField(Class<?> type, Set<ProblemCode> codes) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.getAccessor().isAnnotationPresent(NotNull.class)) {
        codes.add(ProblemCode.MISSING_FIELD);
      }
    }
  }

  private List<Parameter> query(Class<?> type) {
    var parameters = new ArrayList<Parameter>();
    for (RecordComponent component : type.getRecordComponents()) {
      Schema<?> schema = RecordConverter.schema(catalog.property(component));
      String description = schema.getDescription();
      schema.setDescription(null);
      parameters.add(
          new Parameter()
              .in("query")
              .name(Names.snakeCase(component.getName()))
              .description(description)
              .required(component.getAccessor().isAnnotationPresent(NotNull.class))
              .schema(schema));
    }
    return parameters;
  }

  @Override
  @SuppressWarnings("rawtypes") // as swagger's components have it
  public void customise(OpenAPI api) {
    var sorted = new Paths();
    new TreeMap<>(api.getPaths())
        .forEach(
            (path, item) -> {
              sorted.addPathItem(path, item);
              item.readOperationsMap()
                  .forEach((method, operation) -> finish(path, method, operation));
            });
    api.setPaths(sorted);
    var schemas = new LinkedHashMap<String, Schema>();
    catalog.schemas().forEach((name, json) -> schemas.put(name, RecordConverter.schema(json)));
    api.getComponents().setSchemas(schemas);
  }

  private void finish(String path, HttpMethod method, Operation operation) {
    Set<ProblemCode> codes = EnumSet.copyOf(problems.get(operation.getOperationId()));
    boolean idempotent = IdempotentCalls.covers(method.name(), path);
    if (WebPaths.isOpen(path)) {
      operation.setSecurity(List.of());
    } else {
      codes.addAll(WITH_CREDENTIAL);
      if (method != HttpMethod.GET) {
        codes.add(ProblemCode.CSRF_TOKEN_INVALID); // by a session cookie
      }
    }
    if (operation.getParameters() != null) {
      operation.getParameters().stream()
          .filter(p -> p.getIn().equals("path"))
          .forEach(p -> describeId(path, p));
    }
    if (path.contains("{")) {
      codes.add(ProblemCode.NOT_FOUND);
    }
    if (idempotent) {
      codes.addAll(WITH_IDEMPOTENCY_KEY);
      operation.addParametersItem(
          new Parameter()
              .in("header")
              .name("Idempotency-Key")
              .description(
                  "A repeat with the same key and body, within 24 hours, gets the first response"
                      + " again.")
              .schema(new StringSchema().pattern("^[!-~]{1,128}$")));
    }
    ApiResponses responses = operation.getResponses();
    responses.remove("default");
    for (Map.Entry<String, ApiResponse> response : responses.entrySet()) {
      if (response.getKey().startsWith("2")) {
        describeSuccess(operation, response.getKey(), response.getValue(), idempotent);
        if (response.getValue().getContent() != null) {
          codes.add(ProblemCode.NOT_ACCEPTABLE);
        }
      }
    }
    var all = new TreeMap<String, ApiResponse>(responses);
    byStatus(codes)
        .forEach((status, each) -> all.putIfAbsent("" + status, refusal(path, status, each)));
    responses.clear();
    responses.putAll(all);
    example(
        examples.request(operation.getOperationId()),
        operation.getRequestBody() == null ? null : operation.getRequestBody().getContent());
  }

  private static void describeId(String path, Parameter parameter) {
    String before = path.substring(0, path.indexOf("/{" + parameter.getName()));
    Id id = IDS.get(before.substring(before.lastIndexOf('/') + 1));
    if (id == null) {
      throw new IllegalStateException("nothing is said of the ids in " + path);
    }
    parameter.description(id.description).example(id.example);
    parameter.setSchema(new StringSchema().pattern(id.pattern));
  }

  private void describeSuccess(
      Operation operation, String status, ApiResponse response, boolean idempotent) {
    example(examples.response(operation.getOperationId()), response.getContent());
    if (status.equals("201") || status.equals("202")) {
      header(response, "Location", "The address of what was made.");
    }
    if (idempotent) {
      header(
          response, "Idempotency-Replayed", "true if this is the response to an earlier request.");
    }
  }

  private static void example(@Nullable JsonNode example, @Nullable Content content) {
    MediaType json = content == null ? null : content.get("application/json");
    if (json != null && example != null) {
      try {
        json.setExample(Json31.mapper().readTree(example.toString()));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static void header(ApiResponse response, String name, String description) {
    response.addHeaderObject(
        name, new Header().description(description).schema(new StringSchema()));
  }

  private static Map<Integer, Set<ProblemCode>> byStatus(Collection<ProblemCode> codes) {
    var byStatus = new TreeMap<Integer, Set<ProblemCode>>();
    for (ProblemCode code : codes) {
      byStatus.computeIfAbsent(code.status(), _ -> EnumSet.noneOf(ProblemCode.class)).add(code);
    }
    return byStatus;
  }

  private ApiResponse refusal(String path, int status, Set<ProblemCode> codes) {
    Optional<ErrorForm> form = forms.stream().filter(f -> f.covers(path)).findFirst();
    ApiResponse response =
        new ApiResponse()
            .description(
                codes.stream()
                        .map(code -> form.map(f -> f.code(code)).orElse(code.code()))
                        .distinct()
                        .collect(Collectors.joining("`, `", "`", "`"))
                    + (codes.size() == 1 ? ": " + codes.iterator().next().advice() : ""))
            .content(
                new Content()
                    .addMediaType(
                        form.isPresent() ? "application/json" : ProblemWriter.MEDIA_TYPE,
                        new MediaType()
                            .schema(
                                RecordConverter.schema(
                                    catalog.reference(
                                        form.<Class<?>>map(ErrorForm::type)
                                            .orElse(Problem.class))))));
    if (status == 401) {
      header(response, "WWW-Authenticate", "Bearer");
    }
    if (status == 429 || status == 503) {
      header(response, "Retry-After", "Seconds.");
    }
    return response;
  }
}
