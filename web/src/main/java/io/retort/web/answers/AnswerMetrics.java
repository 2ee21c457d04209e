package io.retort.web.answers;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.retort.generator.GeneratedAnswer;
import io.retort.web.answers.AnswerView.TimingsView;
import java.time.Duration;

/** What answers leave in the metrics: counts and times, never a text or an id. */
public final class AnswerMetrics {
  private final MeterRegistry registry;
  private final Counter invalidCitations;
  private final Counter generatedTokens;
  private final DistributionSummary confidence;

  public AnswerMetrics(MeterRegistry registry, AnswerDesk desk) {
    this.registry = registry;
    this.invalidCitations = registry.counter("retort.citation.invalid");
    this.generatedTokens = registry.counter("retort.generated.tokens");
    this.confidence = DistributionSummary.builder("retort.confidence").register(registry);
    Gauge.builder("retort.queue.depth", desk, AnswerDesk::waiting)
        .tag("queue", "answers")
        .register(registry);
  }

  void answered(AnswerView view, GeneratedAnswer generated) {
    String outcome =
        switch (generated.finishReason()) {
          case CANCELLED -> "cancelled";
          default -> view.reason() == null ? "answered" : view.reason();
        };
    count(outcome);
    invalidCitations.increment(generated.refused().mismatched());
    generatedTokens.increment(generated.usage().generatedTokens());
    confidence.record(view.confidence());
    registry.counter("retort.retrievals", "trigger", "question").increment();
    registry
        .counter("retort.retrievals", "trigger", "chunk")
        .increment(Math.max(0, generated.usage().retrievals() - 1));
    TimingsView timings = view.timings();
    time("gen_ai.server.request.duration", timings.totalMs());
    Long firstToken = timings.firstTokenMs();
    if (firstToken != null) {
      time("gen_ai.server.time_to_first_token", firstToken);
      int further = generated.usage().generatedTokens() - 1;
      if (further > 0) {
        time("gen_ai.server.time_per_output_token", timings.decodeMs() / further);
      }
    }
    stage("encode", timings.encodeMs());
    stage("retrieve", timings.retrieveMs());
    stage("neighbour_encode", timings.neighbourEncodeMs());
    stage("prefill", timings.prefillMs());
    stage("decode", timings.decodeMs());
    stage("verify", timings.verifyMs());
  }

  void failed() {
    count("error");
  }

  void rejected(String reason) {
    registry.counter("retort.rejected", "reason", reason).increment();
  }

  /** {@code rating} is {@code up} or {@code down}. */
  public void rated(String rating) {
    registry.counter("retort.feedback", "rating", rating).increment();
  }

  private void count(String outcome) {
    registry.counter("retort.answers", "outcome", outcome).increment();
  }

  private void time(String name, long millis) {
    registry.timer(name).record(Duration.ofMillis(millis));
  }

  private void stage(String stage, long millis) {
    Timer.builder("retort.stage.duration")
        .tag("stage", stage)
        .register(registry)
        .record(Duration.ofMillis(millis));
  }
}
