package io.retort.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.data.CancelSignal;
import io.retort.data.Deadline;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.generator.AnswerGenerator;
import io.retort.generator.AnswerStyle;
import io.retort.generator.GeneratedAnswer;
import io.retort.generator.GenerationRequest;
import io.retort.generator.TokenTrace;
import io.retort.web.evaluation.GivenNeighbours;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The Java runtime against what PyTorch recorded with the same weights: {@code parity.json} of
 * {@code python -m training.export_onnx --exact --parity 200}. Logits of each row are compared by
 * {@code training.check_parity} and, for the tests' model, by {@code OnnxRetroModelIT}.
 */
public final class ModelParity {
  /** Lets every answer out, but unlike 0 does not forbid to refuse. */
  private static final double ANY_CONFIDENCE = 1e-12;

  private ModelParity() {}

  public static void main(String[] arguments) throws Exception {
    var flags = new Flags(arguments, Set.of("models", "max-tokens", "expected"));
    Path folder = Path.of(flags.required("models"));
    JsonNode root =
        JsonMapper.builder().build().readTree(Files.readAllBytes(folder.resolve("parity.json")));
    var figures = new Figures();
    int records = 0;
    int identical = 0;
    double worst = 0;
    try (var models = AnswerModels.open(folder, 1)) {
      for (JsonNode row : root.path("records")) {
        GeneratedAnswer answer =
            answer(models.generator(), records++, row, flags.number("max-tokens", 48));
        List<Integer> said = answer.tokens().stream().map(TokenTrace::id).toList();
        List<Integer> expected = shown(row, models);
        if (said.equals(expected)) {
          identical++;
        } else {
          System.out.printf("%s: %s, not %s%n", row.path("question").asString(), said, expected);
        }
        double end = row.path("end_probability").asDouble();
        worst = Math.max(worst, Math.abs(1 - answer.evidence().answerable() - end));
      }
    }
    figures.addShare("identical_greedy", identical, records);
    figures.add("worst_end_probability", worst, "", "n = " + records);
    System.exit(figures.meet(flags.path("expected")) ? 0 : 3);
  }

  /** The recorded tokens but the blank ones at the end, which no reader is shown. */
  private static List<Integer> shown(JsonNode row, AnswerModels models) {
    List<Integer> tokens = new ArrayList<>();
    row.path("tokens").forEach(token -> tokens.add(token.asInt()));
    while (!tokens.isEmpty()
        && new String(models.tokenizer().bytes(tokens.getLast()), UTF_8).isBlank()) {
      tokens.removeLast();
    }
    return tokens;
  }

  private static GeneratedAnswer answer(
      AnswerGenerator generator, int number, JsonNode row, int maxTokens) {
    List<Neighbour> neighbours = GivenNeighbours.of(number, row);
    var request =
        GenerationRequest.of(row.path("question").asString())
            .style(AnswerStyle.parse(row.path("style").asString()))
            .maxTokens(maxTokens)
            .minConfidence(ANY_CONFIDENCE)
            .build();
    return generator.generate(
        request,
        query -> neighbours,
        GivenNeighbours.texts(neighbours),
        new RequestLimits(Deadline.in(Duration.ofMinutes(5)), new CancelSignal()),
        event -> {});
  }
}
