package io.retort.web.evaluation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs for tests. */
final class Runs {
  private Runs() {}

  static EvaluationRun of(String style, @Nullable EvaluationRun before, Row... rows) {
    EvaluationRun run =
        EvaluationRun.of(
            new Conditions(
                "retort eval --style " + style,
                "1.0",
                "handbook",
                "retrieved",
                style,
                null,
                null,
                "set.jsonl",
                "abc",
                0,
                0),
            new EvaluationRun.Model("decoder", "encoder", "sha256:f", "cpu"),
            new EvaluationRun.Machine(2, "Some processor", "Linux", "25"),
            Instant.parse("2026-11-25T09:00:00Z"),
            Instant.parse("2026-11-25T09:00:30Z"),
            Duration.ofSeconds(30),
            List.of(),
            List.of(rows));
    return before == null ? run : run.comparedWith(before);
  }
}
