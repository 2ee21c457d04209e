package io.retort.client;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The client against the description of the API: everything that is there, and as it is there. */
class DescriptionTest {
  private static final String EVAL = "has its verb, retort eval, and its pages";

  /** What a program has better clients for, or no use. */
  private static final Map<String, String> LEFT_OUT =
      Map.ofEntries(
          entry("login", "gives a browser its cookie"),
          entry("logout", "takes a browser's cookie back"),
          entry("listModels", "is for OpenAI's own clients"),
          entry("getModel", "is for OpenAI's own clients"),
          entry("createChatCompletion", "is for OpenAI's own clients"),
          entry("createEmbeddings", "is for OpenAI's own clients"),
          entry("putQuestionSet", EVAL),
          entry("listQuestionSets", EVAL),
          entry("deleteQuestionSet", EVAL),
          entry("startEvaluation", EVAL),
          entry("listEvaluations", EVAL),
          entry("getEvaluation", EVAL),
          entry("deleteEvaluation", EVAL),
          entry("listEvaluationRows", EVAL),
          entry("compareEvaluations", EVAL),
          entry("getEvaluationFile", EVAL),
          entry("getEvaluationReport", EVAL));

  private static final Map<String, Class<?>> RECORDS =
      Map.ofEntries(
          entry("AcceptedItem", Job.AcceptedItem.class),
          entry("Answer", Answer.class),
          entry("AnswerDegraded", Degraded.class),
          entry("AnswerModel", Answer.Model.class),
          entry("AnswerRequest", AnswerRequest.class),
          entry("AnswerTimings", Answer.Timings.class),
          entry("Chunk", Chunk.class),
          entry("Citation", Citation.class),
          entry("Collection", Collection.class),
          entry("CollectionIndex", Collection.Index.class),
          entry("CollectionPatch", CollectionPatch.class),
          entry("Conversation", Conversation.class),
          entry("DeclaredField", Collection.Field.class),
          entry("Deleted", Deleted.class),
          entry("Document", Document.class),
          entry("Feedback", Feedback.class),
          entry("FeedbackExample", FeedbackExample.class),
          entry("FeedbackRequest", FeedbackRequest.class),
          entry("Field", NewCollection.Field.class),
          entry("FieldError", Problem.FieldError.class),
          entry("FileItem", FileDocument.Item.class),
          entry("Filter", Filter.class),
          entry("Health", Health.class),
          entry("Job", Job.class),
          entry("JobItem", JobItem.class),
          entry("Key", Key.class),
          entry("KnockOut", KnockOut.class),
          entry("LoginAddress", LoginAddress.class),
          entry("Me", Me.class),
          entry("Neighbour", Neighbour.class),
          entry("NewCollection", NewCollection.class),
          entry("NewKey", NewKey.class),
          entry("NewLogin", NewLogin.class),
          entry("Passage", Passage.class),
          entry("Problem", Problem.class),
          entry("RawScores", Neighbour.RawScores.class),
          entry("Reason", Reason.class),
          entry("Rect", Passage.Rect.class),
          entry("SearchDegraded", Degraded.class),
          entry("SearchRequest", SearchRequest.class),
          entry("SearchResult", SearchResult.class),
          entry("SearchTimings", SearchResult.Timings.class),
          entry("ServiceStatus", ServiceStatus.class),
          entry("StatusOfDisk", ServiceStatus.Disk.class),
          entry("StatusOfIndex", ServiceStatus.Index.class),
          entry("StatusOfQueues", ServiceStatus.Queues.class),
          entry("TextDocument", TextDocument.class),
          entry("TextSpan", Span.class),
          entry("Token", Token.class),
          entry("TokenSource", Token.Source.class),
          entry("TraceEntry", Answer.TraceEntry.class),
          entry("TraceNeighbour", Answer.TraceNeighbour.class),
          entry("Turn", Conversation.Turn.class),
          entry("Usage", Answer.Usage.class));

  /** Bodies of one field, which are written where they are sent, and parts of lists. */
  private static final Set<String> WITHOUT_RECORD =
      Set.of(
          "ConversationPatch",
          "Files",
          "KeyPatch",
          "KnockOutRequest",
          "NewConversation",
          "StreamEvent",
          "TextDocuments");

  private static JsonNode description;

  @BeforeAll
  static void read() throws Exception {
    description = new JsonMapper().readTree(Files.readString(Path.of("../docs/openapi.json")));
  }

  @Test
  void everyOperationIsCalledOrLeftOutOnPurpose() {
    Map<String, String> described = new LinkedHashMap<>();
    description
        .get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method ->
                            described.put(
                                method.getValue().get("operationId").asString(),
                                method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
    Map<String, String> called = new LinkedHashMap<>();
    for (Operation operation : Operation.values()) {
      called.put(operation.id(), operation.method + " " + operation.path);
    }
    assertThat(called).doesNotContainKeys(LEFT_OUT.keySet().toArray(String[]::new));
    assertThat(described).containsAllEntriesOf(called);
    var all = new TreeSet<>(called.keySet());
    all.addAll(LEFT_OUT.keySet());
    assertThat(all).containsExactlyElementsOf(new TreeSet<>(described.keySet()));
  }

  @Test
  void anIdempotencyKeyGoesWhereItIsTaken() {
    for (Operation operation : Operation.values()) {
      boolean taken =
          description
              .get("paths")
              .get(operation.path)
              .get(operation.method.toLowerCase(Locale.ROOT))
              .path("parameters")
              .valueStream()
              .anyMatch(parameter -> parameter.get("name").asString().equals("Idempotency-Key"));
      assertThat(operation.takesIdempotencyKey()).as(operation.id()).isEqualTo(taken);
    }
  }

  /** Schemas that an operation which is called leads to. */
  @Test
  void everySchemaHasItsRecord() {
    var needed = new TreeSet<String>();
    description
        .get("paths")
        .forEach(
            path ->
                path.forEach(
                    operation -> {
                      if (!LEFT_OUT.containsKey(operation.get("operationId").asString())) {
                        collect(operation, needed);
                      }
                    }));
    needed.removeIf(name -> name.endsWith("Page"));
    var known = new TreeSet<>(RECORDS.keySet());
    known.addAll(WITHOUT_RECORD);
    assertThat(needed).isEqualTo(known);
  }

  private static void collect(JsonNode node, Set<String> names) {
    for (JsonNode reference : node.findValues("$ref")) {
      String name = name(reference);
      if (names.add(name)) {
        collect(description.at("/components/schemas/" + name), names);
      }
    }
  }

  private static String name(JsonNode reference) {
    return reference.asString().substring(reference.asString().lastIndexOf('/') + 1);
  }

  @TestFactory
  List<DynamicTest> everyFieldIsThereWithAFittingType() {
    return RECORDS.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(
            each ->
                DynamicTest.dynamicTest(
                    each.getKey(), () -> compare(each.getKey(), each.getValue())))
        .toList();
  }

  private static void compare(String name, Class<?> type) {
    JsonNode properties = description.at("/components/schemas/" + name + "/properties");
    Map<String, RecordComponent> components = new LinkedHashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      components.put(snakeCase(component.getName()), component);
    }
    assertThat(components.keySet()).containsExactlyElementsOf(properties.propertyNames());
    List<String> wrong = new ArrayList<>();
    components.forEach(
        (field, component) -> {
          JsonNode schema = properties.get(field);
          boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
          if (nullable != mayBeNull(schema)) {
            wrong.add(field + (nullable ? " is never null" : " may be null"));
          }
          if (!fits(schema, component.getGenericType())) {
            wrong.add(
                field + " is " + component.getGenericType().getTypeName() + ", but " + schema);
          }
        });
    assertThat(wrong).isEmpty();
  }

  private static String snakeCase(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }

  /** A schema that says nothing allows null with the rest. */
  private static boolean mayBeNull(JsonNode schema) {
    if (schema.has("anyOf")) {
      return schema.get("anyOf").valueStream().anyMatch(DescriptionTest::mayBeNull);
    }
    return !schema.has("type") && !schema.has("$ref")
        || schema.path("type").asString("").equals("null")
        || schema.path("type").valueStream().anyMatch(word -> word.asString().equals("null"));
  }

  private static boolean fits(JsonNode schema, Type type) {
    if (schema.has("anyOf")) {
      List<JsonNode> others =
          schema
              .get("anyOf")
              .valueStream()
              .filter(each -> !each.path("type").asString("").equals("null"))
              .toList();
      return others.size() == 1 ? fits(others.getFirst(), type) : type == Object.class;
    }
    if (schema.has("$ref")) {
      return type == RECORDS.get(name(schema.get("$ref")));
    }
    return switch (word(schema)) {
      case "string" -> string(schema, type);
      case "integer" ->
          Set.<Type>of(int.class, Integer.class, long.class, Long.class).contains(type);
      case "number" -> type == double.class || type == Double.class;
      case "boolean" -> type == boolean.class || type == Boolean.class;
      case "array" ->
          type instanceof ParameterizedType list
              && list.getRawType() == List.class
              && fits(schema.get("items"), list.getActualTypeArguments()[0]);
      case "object" ->
          type instanceof ParameterizedType map
              && map.getRawType() == Map.class
              && fitsEntry(schema.get("additionalProperties"), map.getActualTypeArguments()[1]);
      case "" -> type == Object.class;
      default -> false;
    };
  }

  private static boolean fitsEntry(JsonNode schema, Type type) {
    boolean oneType = schema.path("type").isString();
    return oneType ? fits(schema, type) : type == Object.class;
  }

  /** The type that is not null. */
  private static String word(JsonNode schema) {
    JsonNode type = schema.path("type");
    return type.isArray()
        ? type.valueStream()
            .map(JsonNode::asString)
            .filter(each -> !each.equals("null"))
            .findFirst()
            .orElseThrow()
        : type.asString("");
  }

  private static boolean string(JsonNode schema, Type type) {
    if (type instanceof Class<?> named && named.isEnum()) {
      List<String> ours =
          Arrays.stream(named.getEnumConstants())
              .map(constant -> Http.word((Enum<?>) constant))
              .toList();
      List<String> theirs =
          schema
              .path("enum")
              .valueStream()
              .filter(JsonNode::isString)
              .map(JsonNode::asString)
              .toList();
      return ours.equals(theirs);
    }
    return type
        == (schema.path("format").asString("").equals("date-time") ? Instant.class : String.class);
  }

  /** The check is not blind. */
  @Test
  void whatDoesNotFitIsFound() {
    JsonNode answer = description.at("/components/schemas/Answer/properties");
    assertThat(fits(answer.get("confidence"), int.class)).isFalse();
    assertThat(fits(answer.get("citations"), answer.getClass())).isFalse();
    assertThat(fits(answer.get("created_at"), String.class)).isFalse();
    assertThat(fits(answer.get("usage"), Answer.Timings.class)).isFalse();
    assertThat(mayBeNull(answer.get("answer"))).isTrue();
    assertThat(mayBeNull(answer.get("question"))).isFalse();
    JsonNode style = description.at("/components/schemas/AnswerRequest/properties/style");
    assertThat(fits(style, AnswerStyle.class)).isTrue();
    assertThat(fits(style, SearchMode.class)).isFalse();
  }
}
