package io.retort.web.answers;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.retort.generator.GeneratedAnswer;
import io.retort.generator.TokenTrace;
import io.retort.web.answers.AnswerView.TimingsView;
import io.retort.web.problem.ProblemCode;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

/** What answers leave in the metrics: counts and times, never a text or an id. */
public final class AnswerMetrics {
  private static final List<String> OUTCOMES =
      List.of("answered", "no_relevant_passage", "low_confidence", "cancelled", "error");

  private static final List<String> RATINGS = List.of("up", "down");

  private static final Duration[] SECONDS_TO_MINUTES =
      millis(100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 120_000);
  private static final Duration[] TO_FIRST_TOKEN =
      millis(100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000);
  private static final Duration[] PER_TOKEN = millis(5, 10, 20, 50, 100, 200, 500, 1_000);
  private static final double[] SHARES = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1};

  private final MeterRegistry registry;
  private final Counter invalidCitations;
  private final Counter generatedTokens;
  private final Counter questionRetrievals;
  private final Counter chunkRetrievals;
  private final DistributionSummary confidence;
  private final DistributionSummary copyShare;
  private final Timer request;
  private final Timer firstToken;
  private final Timer perToken;

  /** Everything that can be is there from the start, so that a first event is seen as a change. */
  public AnswerMetrics(MeterRegistry registry, AnswerDesk desk) {
    this.registry = registry;
    this.invalidCitations = registry.counter("retort.citation.invalid");
    this.generatedTokens = registry.counter("retort.generated.tokens");
    this.questionRetrievals = registry.counter("retort.retrievals", "trigger", "question");
    this.chunkRetrievals = registry.counter("retort.retrievals", "trigger", "chunk");
    this.confidence = shares("retort.confidence");
    this.copyShare = shares("retort.copy.share");
    this.request = timer("gen_ai.server.request.duration", SECONDS_TO_MINUTES);
    this.firstToken = timer("gen_ai.server.time_to_first_token", TO_FIRST_TOKEN);
    this.perToken = timer("gen_ai.server.time_per_output_token", PER_TOKEN);
    OUTCOMES.forEach(this::outcome);
    rejections(ProblemCode.OVERLOADED.code());
    rejections(ProblemCode.RATE_LIMITED.code());
    RATINGS.forEach(this::ratings);
    Gauge.builder("retort.queue.depth", desk, AnswerDesk::waiting)
        .tag("queue", "answers")
        .register(registry);
  }

  private static Duration[] millis(long... bounds) {
    return LongStream.of(bounds).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
  }

  private DistributionSummary shares(String name) {
    return DistributionSummary.builder(name)
        .minimumExpectedValue(0.01)
        .maximumExpectedValue(1.0)
        .serviceLevelObjectives(SHARES)
        .register(registry);
  }

  private Timer timer(String name, Duration[] bounds) {
    return Timer.builder(name).serviceLevelObjectives(bounds).register(registry);
  }

  void answered(AnswerView view, GeneratedAnswer generated, Duration rerank) {
    outcome(outcomeOf(view, generated)).increment();
    invalidCitations.increment(generated.refused().mismatched());
    int tokens = generated.usage().generatedTokens();
    generatedTokens.increment(tokens);
    confidence.record(view.confidence());
    generated.tokens().stream()
        .mapToDouble(TokenTrace::copyShare)
        .average()
        .ifPresent(copyShare::record);
    questionRetrievals.increment();
    chunkRetrievals.increment(Math.max(0, generated.usage().retrievals() - 1));
    TimingsView timings = view.timings();
    request.record(Duration.ofMillis(timings.totalMs()));
    Long first = timings.firstTokenMs();
    if (first != null) {
      firstToken.record(Duration.ofMillis(first));
      if (tokens > 1) {
        perToken.record(Duration.ofMillis(timings.decodeMs()).dividedBy(tokens - 1));
      }
    }
    stage("encode", timings.encodeMs());
    stage("retrieve", timings.retrieveMs() - rerank.toMillis());
    if (!rerank.isZero()) {
      stage("rerank", rerank.toMillis());
    }
    stage("neighbour_encode", timings.neighbourEncodeMs());
    stage("prefill", timings.prefillMs());
    stage("decode", timings.decodeMs());
    stage("verify", timings.verifyMs());
  }

  private static String outcomeOf(AnswerView view, GeneratedAnswer generated) {
    return switch (generated.finishReason()) {
      case CANCELLED -> "cancelled";
      default -> view.reason() == null ? "answered" : view.reason();
    };
  }

  void failed() {
    outcome("error").increment();
  }

  void rejected(String reason) {
    rejections(reason).increment();
  }

  /** {@code rating} is {@code up} or {@code down}. */
  public void rated(String rating) {
    ratings(rating).increment();
  }

  private Counter ratings(String rating) {
    return registry.counter("retort.feedback", "rating", rating);
  }

  private Counter rejections(String reason) {
    return registry.counter("retort.rejected", "reason", reason);
  }

  private Counter outcome(String outcome) {
    return registry.counter("retort.answers", "outcome", outcome);
  }

  private void stage(String stage, long millis) {
    registry.timer("retort.stage.duration", "stage", stage).record(Duration.ofMillis(millis));
  }
}
