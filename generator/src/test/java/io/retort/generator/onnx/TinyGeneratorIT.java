package io.retort.generator.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.retort.data.CancelSignal;
import io.retort.data.ChunkId;
import io.retort.data.Deadline;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.generator.AnswerStyle;
import io.retort.generator.Citation;
import io.retort.generator.FinishReason;
import io.retort.generator.GeneratedAnswer;
import io.retort.generator.GenerationEvent;
import io.retort.generator.GenerationRequest;
import io.retort.generator.KnockOut;
import io.retort.generator.NeighbourSource;
import io.retort.generator.RetroGenerator;
import io.retort.generator.Sampling;
import io.retort.generator.SourceText;
import io.retort.generator.TokenTrace;
import io.retort.generator.TraceEntry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Whole answers over the real runtime and the tiny model. */
@Timeout(120)
class TinyGeneratorIT {
  private static TinyModel tiny;
  private static RetroGenerator generator;
  private static int handlesAtRest;

  @BeforeAll
  static void open() {
    tiny = TinyModel.open();
    generator = tiny.generator(2);
    handlesAtRest = tiny.graphs.openHandles();
  }

  @AfterAll
  static void close() {
    generator.close();
    tiny.close();
    assertThat(tiny.graphs.openHandles()).isZero();
  }

  private static RequestLimits limits() {
    return new RequestLimits(Deadline.in(Duration.ofMinutes(2)), new CancelSignal());
  }

  private static GenerationRequest.Builder ask(JsonNode record) {
    return GenerationRequest.of(record.path("question").asString())
        .style(AnswerStyle.parse(record.path("style").asString()));
  }

  private static GeneratedAnswer answer(JsonNode record, GenerationRequest request) {
    List<Neighbour> neighbours = TinyModel.neighbours(record);
    return generator.generate(
        request, query -> neighbours, stored(neighbours), limits(), event -> {});
  }

  private static SourceText stored(List<Neighbour> neighbours) {
    return (document, version, span) ->
        neighbours.stream()
            .filter(neighbour -> neighbour.chunk().id().documentId().equals(document))
            .map(neighbour -> span.of(neighbour.chunk().text()))
            .findFirst()
            .orElse(null);
  }

  private static int[] ids(GeneratedAnswer answer) {
    return answer.tokens().stream().mapToInt(TokenTrace::id).toArray();
  }

  @Test
  void greedyTokensAreThoseOfPyTorch() {
    for (JsonNode record : TinyModel.parityRecords()) {
      GeneratedAnswer answer = answer(record, ask(record).maxTokens(48).build());

      assertThat(ids(answer))
          .as(record.path("question").asString())
          .isEqualTo(TinyModel.ints(record.path("tokens")));
      assertThat(answer.usage().promptTokens()).isEqualTo(record.path("prompt_tokens").size());
      assertThat(answer.usage().neighbourTokens()).isEqualTo(record.path("memory_tokens").size());
    }
  }

  @Test
  void everyCitationIsTrueAndEverySentenceAccountedFor() {
    for (JsonNode record : TinyModel.parityRecords()) {
      GeneratedAnswer answer = answer(record, ask(record).maxTokens(48).build());
      SourceText texts = stored(TinyModel.neighbours(record));

      assertThat(answer.refused()).isEqualTo(new GeneratedAnswer.Refused(0, 0));
      for (Citation citation : answer.citations()) {
        String document = citation.chunk().id().documentId();
        assertThat(texts.text(document, 1, citation.sourceSpan())).isEqualTo(citation.quote());
        assertThat(citation.answerSpan().of(answer.text())).isNotBlank();
      }
      assertThat(answer.citations().size() + answer.unsupported().size()).isPositive();
      var joined = new StringBuilder();
      answer.tokens().forEach(token -> joined.append(token.text()));
      assertThat(joined).hasToString(answer.text());
    }
  }

  @Test
  void aLongAnswerRetrievesForEachChunk() {
    JsonNode record = TinyModel.parityRecords().getFirst();
    GeneratedAnswer answer = answer(record, ask(record).maxTokens(150).build());

    assertThat(answer.usage().generatedTokens()).isEqualTo(150);
    assertThat(answer.trace()).extracting(TraceEntry::chunkIndex).containsExactly(0, 1, 2);
    assertThat(answer.usage().retrievals()).isEqualTo(3);
  }

  @Test
  void theSameSeedGivesTheSameAnswer() {
    JsonNode record = TinyModel.parityRecords().getFirst();
    var request = ask(record).maxTokens(20).sampling(Sampling.of(1.2, .9, 42)).build();

    assertThat(ids(answer(record, request))).isEqualTo(ids(answer(record, request)));
    var other = ask(record).maxTokens(20).sampling(Sampling.of(1.2, .9, 43)).build();
    assertThat(ids(answer(record, other))).isNotEqualTo(ids(answer(record, request)));
  }

  @Test
  void theScoreOfAnAnswerIsTheSumOfItsTokens() {
    JsonNode record = TinyModel.parityRecords().getFirst();
    GenerationRequest request = ask(record).maxTokens(100).build();
    GeneratedAnswer answer = answer(record, request);
    double said = answer.tokens().stream().mapToDouble(TokenTrace::logProbability).sum();
    List<List<Neighbour>> entries = answer.trace().stream().map(TraceEntry::neighbours).toList();
    Set<ChunkId> copiedFrom = Set.of(answer.tokens().getFirst().topSource().chunkId());
    KnockOut knockOut = generator.knockOut(request, ids(answer), entries, copiedFrom, limits());

    assertThat(knockOut.logProbability()).isCloseTo(said, within(1e-2));
    assertThat(knockOut.nats()).isGreaterThan(1);
  }

  @Test
  void manyThreadsGetTheAnswersOfOne() throws Exception {
    List<JsonNode> records = TinyModel.parityRecords();
    List<Callable<int[]>> asking = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      JsonNode record = records.get(i % 4);
      asking.add(() -> ids(answer(record, ask(record).maxTokens(48).build())));
    }
    try (var threads = Executors.newFixedThreadPool(8)) {
      List<Future<int[]>> answers = threads.invokeAll(asking);
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).get())
            .isEqualTo(TinyModel.ints(records.get(i % 4).path("tokens")));
      }
    }
  }

  @Test
  void cancellingStopsWithinAStep() {
    JsonNode record = TinyModel.parityRecords().getFirst();
    List<Neighbour> neighbours = TinyModel.neighbours(record);
    RequestLimits limits = limits();
    long[] cancelled = new long[1];
    GeneratedAnswer answer =
        generator.generate(
            ask(record).maxTokens(600).build(),
            query -> neighbours,
            stored(neighbours),
            limits,
            event -> {
              if (event instanceof GenerationEvent.TokenGenerated && cancelled[0] == 0) {
                cancelled[0] = System.nanoTime();
                limits.cancel().cancel();
              }
            });

    assertThat(Duration.ofNanos(System.nanoTime() - cancelled[0]))
        .isLessThan(Duration.ofMillis(500));
    assertThat(answer.finishReason()).isEqualTo(FinishReason.CANCELLED);
    assertThat(answer.usage().generatedTokens()).isLessThan(80);
  }

  @Test
  void theDeadlineIsKept() {
    JsonNode record = TinyModel.parityRecords().getFirst();
    List<Neighbour> neighbours = TinyModel.neighbours(record);
    long begun = System.nanoTime();
    answer(record, ask(record).maxTokens(70).build());
    Duration firstChunk = Duration.ofNanos(System.nanoTime() - begun);
    Deadline deadline = Deadline.in(firstChunk.multipliedBy(3));
    GeneratedAnswer answer =
        generator.generate(
            ask(record).maxTokens(1024).build(),
            query -> neighbours,
            stored(neighbours),
            new RequestLimits(deadline, new CancelSignal()),
            event -> {});

    assertThat(answer.finishReason()).isEqualTo(FinishReason.TIMEOUT);
    assertThat(deadline.passed()).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - deadline.nanoTime()))
        .isLessThan(Duration.ofMillis(200));
  }

  @Test
  void nothingStaysOpenWhateverHappens() {
    JsonNode record = TinyModel.parityRecords().getFirst();
    List<Neighbour> neighbours = TinyModel.neighbours(record);
    GenerationRequest request = ask(record).maxTokens(8).build();
    answer(record, request);
    int pooled = tiny.graphs.openHandles();

    answer(record, request);
    RequestLimits over = limits();
    over.cancel().cancel();
    generator.generate(request, query -> neighbours, (d, v, s) -> null, over, event -> {});
    assertThatThrownBy(
            () ->
                generator.generate(
                    request,
                    query -> neighbours,
                    (d, v, s) -> null,
                    limits(),
                    event -> {
                      if (event instanceof GenerationEvent.TokenGenerated) {
                        throw new IllegalStateException("reader gone");
                      }
                    }))
        .hasMessage("reader gone");
    assertThatThrownBy(
            () ->
                generator.generate(
                    request,
                    query -> {
                      throw new IllegalStateException("store down");
                    },
                    (d, v, s) -> null,
                    limits(),
                    event -> {}))
        .hasMessage("store down");

    assertThat(tiny.graphs.openHandles()).isEqualTo(pooled);
    assertThat(pooled).as("a cache for each slot").isLessThanOrEqualTo(handlesAtRest + 2);
  }

  /** Before anything, while neighbours are found, before they are attended to, with a word. */
  @Test
  @Tag("API-6")
  void fiveHundredCancelledAnswersLeaveNoNativeMemory() throws Exception {
    JsonNode record = TinyModel.parityRecords().getFirst();
    List<Neighbour> neighbours = TinyModel.neighbours(record);
    GenerationRequest request = ask(record).maxTokens(100).build();
    int slots = 2;
    TinyModel model = TinyModel.open();
    int handles = model.graphs.openHandles();
    long bytes = model.graphs.nativeBytes();
    assertThat(bytes).as("the weights, at least").isPositive();
    try (RetroGenerator answering = model.generator(slots)) {
      List<Callable<FinishReason>> cancelled = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        int stage = i % 20 == 0 ? 3 : i % 3; // decoding up to the first word takes its time
        cancelled.add(
            () -> {
              RequestLimits limits = limits();
              if (stage == 0) {
                limits.cancel().cancel();
              }
              NeighbourSource source =
                  query -> {
                    if (stage == 1) {
                      limits.cancel().cancel();
                    }
                    return neighbours;
                  };
              return answering
                  .generate(
                      request,
                      source,
                      stored(neighbours),
                      limits,
                      event -> {
                        boolean retrieved = event instanceof GenerationEvent.Retrieved;
                        if (stage == (retrieved ? 2 : 3)) {
                          limits.cancel().cancel();
                        }
                      })
                  .finishReason();
            });
      }
      assertThat(cancelled.getFirst().call()).isEqualTo(FinishReason.CANCELLED);
      long cache = model.graphs.nativeBytes() - bytes;
      assertThat(cache).as("the first answer's cache is kept").isPositive();
      try (var threads = Executors.newFixedThreadPool(2 * slots)) {
        for (Future<FinishReason> answer : threads.invokeAll(cancelled)) {
          assertThat(answer.get()).isEqualTo(FinishReason.CANCELLED);
        }
      }
      int caches = model.graphs.openHandles() - handles;
      assertThat(caches).isBetween(1, slots);
      assertThat(model.graphs.nativeBytes() - bytes).isEqualTo(caches * cache);
    } finally {
      model.close();
    }
    assertThat(model.graphs.openHandles()).isZero();
  }
}
