package io.retort.web.openai;

import io.retort.data.Deadline;
import io.retort.data.Embedding;
import io.retort.encoder.TextEncoder;
import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.retort.web.rooms.Rooms;
import io.retort.web.search.Gate;
import io.retort.web.search.Gates;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** {@code POST /v1/embeddings}: vectors by the encoder of the index. */
@RestController
@Tag(name = "OpenAI")
class EmbeddingController {
  private static final Duration TIMEOUT = Duration.ofSeconds(120);

  private final Rooms rooms;
  private final Gate gate;

  EmbeddingController(Rooms rooms, Gates gates) {
    this.rooms = rooms;
    this.gate =
        gates.open("embeddings", "the encoder", Runtime.getRuntime().availableProcessors(), 32);
  }

  @Schema(name = "EmbeddingList")
  record EmbeddingList(String object, List<Item> data, String model, EmbeddingUsage usage) {}

  /**
   * @param embedding numbers, or their bytes in base64
   */
  @Schema(name = "Embedding")
  record Item(
      String object,
      int index,
      @Schema(
              anyOf = {float[].class, String.class},
              description = "Numbers, or their bytes in base64.")
          Object embedding) {}

  record EmbeddingUsage(int promptTokens, int totalTokens) {}

  @PostMapping(path = "/v1/embeddings", produces = "application/json")
  @Operation(operationId = "createEmbeddings", summary = "Embed texts with the index's encoder")
  @Refuses({
    ProblemCode.COLLECTION_NOT_FOUND,
    ProblemCode.CONTEXT_LENGTH_EXCEEDED,
    ProblemCode.OVERLOADED,
    ProblemCode.MODELS_LOADING,
    ProblemCode.MODEL_UNAVAILABLE,
    ProblemCode.DEADLINE_EXCEEDED
  })
  @Requires(Scope.ASK)
  EmbeddingList embed(@RequestBody EmbeddingBody body, Caller caller) throws Exception {
    if (!body.model().equals(ModelController.ENCODER)) {
      throw ModelController.notFound();
    }
    List<String> texts = body.texts();
    TextEncoder encoder = rooms.encoder();
    checkDimensions(body, encoder);
    Deadline deadline = Deadline.in(TIMEOUT);
    return gate.pass(caller, deadline.remaining(), () -> embed(body, texts, encoder, deadline))
        .result();
  }

  private static void checkDimensions(EmbeddingBody body, TextEncoder encoder) {
    Integer wanted = body.dimensions();
    if (wanted != null && wanted != encoder.dimension()) {
      throw ApiException.wrongField(
          ProblemCode.INVALID_PARAMETER,
          new FieldError(
              "dimensions",
              "not_allowed",
              "must be " + encoder.dimension() + " or absent",
              wanted));
    }
  }

  private static EmbeddingList embed(
      EmbeddingBody body, List<String> texts, TextEncoder encoder, Deadline deadline) {
    int tokens = countTokens(texts, encoder);
    var items = new ArrayList<Item>();
    for (String text : texts) {
      if (deadline.passed()) {
        throw new ApiException(
            ProblemCode.DEADLINE_EXCEEDED, "the time limit ended before every text was encoded");
      }
      Embedding embedding = encoder.encode(List.of(text)).getFirst();
      boolean base64 = body.encodingFormat() == EmbeddingBody.Encoding.BASE64;
      items.add(
          new Item(
              "embedding",
              items.size(),
              base64 ? base64(embedding.toArray()) : embedding.toArray()));
    }
    return new EmbeddingList("list", items, body.model(), new EmbeddingUsage(tokens, tokens));
  }

  /** All texts are measured before the first is encoded: a vector of half a text is no answer. */
  private static int countTokens(List<String> texts, TextEncoder encoder) {
    var tooLong = new ArrayList<FieldError>();
    int sum = 0;
    for (int i = 0; i < texts.size(); i++) {
      int tokens = encoder.tokens(texts.get(i));
      if (tokens > encoder.maxTokens()) {
        tooLong.add(
            new FieldError(
                EmbeddingBody.place(i),
                "too_long",
                "has " + tokens + " encoder tokens, at most " + encoder.maxTokens() + " are taken",
                null,
                1,
                encoder.maxTokens()));
      }
      sum += tokens;
    }
    if (!tooLong.isEmpty()) {
      throw ApiException.wrongFields(ProblemCode.CONTEXT_LENGTH_EXCEEDED, tooLong);
    }
    return sum;
  }

  private static String base64(float[] values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return Base64.getEncoder().encodeToString(bytes.array());
  }
}
