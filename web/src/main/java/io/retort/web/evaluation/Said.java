package io.retort.web.evaluation;

import static java.util.Objects.requireNonNull;

import io.retort.data.Neighbour;
import io.retort.data.TextSpan;
import io.retort.generator.Citation;
import io.retort.generator.GeneratedAnswer;
import io.retort.generator.TokenTrace;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What was said to a question, wherever it was said.
 *
 * @param text null if there was no answer
 * @param reason why there was none
 * @param unsupported how many sentences have no citation
 * @param copyShare mean over the tokens, null if there are none
 * @param firstTokenMillis null if there was no token
 */
public record Said(
    @Nullable String text,
    @Nullable String reason,
    String finishReason,
    double confidence,
    List<Cited> citations,
    int unsupported,
    int tokens,
    @Nullable Double copyShare,
    @Nullable Double firstTokenMillis,
    double totalMillis) {
  public Said {
    requireNonNull(finishReason, "finishReason");
    citations = List.copyOf(citations);
    if (!(confidence >= 0 && confidence <= 1)) {
      throw new IllegalArgumentException("confidence must be in [0, 1]: " + confidence);
    }
  }

  /**
   * A citation.
   *
   * @param neighbour that it cites, null if it was not among those that were read
   * @param valid whether the quote is what stands at its place, null if that could not be seen
   * @param place in a collection, null if there is none
   */
  public record Cited(
      String title,
      @Nullable ReadNeighbour neighbour,
      @Nullable String quote,
      @Nullable Boolean valid,
      Row.@Nullable Place place) {
    public Cited {
      requireNonNull(title, "title");
    }
  }

  /** What a generator said to given neighbours. */
  static Said of(GeneratedAnswer answer, List<Neighbour> read) {
    Duration first = answer.timings().firstToken();
    return new Said(
        answer.text(),
        answer.reason() == null ? null : answer.reason().name().toLowerCase(Locale.ROOT),
        answer.finishReason().toString(),
        answer.confidence(),
        answer.citations().stream().map(citation -> cited(citation, read)).toList(),
        answer.unsupported().size(),
        answer.tokens().size(),
        answer.tokens().isEmpty()
            ? null
            : answer.tokens().stream().mapToDouble(TokenTrace::copyShare).average().orElseThrow(),
        first == null ? null : millis(first),
        millis(answer.timings().total()));
  }

  private static Cited cited(Citation citation, List<Neighbour> read) {
    ReadNeighbour cited =
        read.stream()
            .filter(neighbour -> neighbour.chunk().id().equals(citation.chunk().id()))
            .findFirst()
            .map(ReadNeighbour::of)
            .orElse(null);
    TextSpan place = citation.sourceSpan();
    String there = cited == null ? null : cited.at(place);
    return new Cited(
        citation.chunk().title(),
        cited,
        citation.quote(),
        there == null ? null : there.equals(citation.quote()),
        null); // a given neighbour is of no collection
  }

  private static double millis(Duration duration) {
    return duration.toNanos() / 1e6;
  }
}
