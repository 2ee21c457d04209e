package io.retort.web.evaluation;

import static java.util.Objects.requireNonNull;

import io.retort.data.CancelSignal;
import io.retort.data.ChunkId;
import io.retort.data.Deadline;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.generator.AnswerGenerator;
import io.retort.generator.AnswerStyle;
import io.retort.generator.Citation;
import io.retort.generator.Diagnostics;
import io.retort.generator.GeneratedAnswer;
import io.retort.generator.GenerationFailedException;
import io.retort.generator.GenerationRequest;
import io.retort.generator.NeighbourSource;
import io.retort.generator.NoTokenInTimeException;
import io.retort.generator.QuestionTooLongException;
import io.retort.generator.RunInterruptedException;
import io.retort.generator.SourceText;
import io.retort.generator.TokenTrace;
import io.retort.generator.TraceEntry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Answers questions without a service: from the neighbours that they come with, or from a source.
 * Safe for use by as many threads as the generator has slots.
 */
public final class GivenReader {
  private static final Duration LONGEST = Duration.ofMinutes(5);

  private final AnswerGenerator generator;
  private final AnswerStyle style;
  private final @Nullable Integer maxTokens;
  private final @Nullable Double minConfidence;
  private final Diagnostics diagnostics;

  /**
   * @param maxTokens null is the style's
   * @param minConfidence null is the model's calibration
   */
  public GivenReader(
      AnswerGenerator generator,
      AnswerStyle style,
      @Nullable Integer maxTokens,
      @Nullable Double minConfidence,
      Diagnostics diagnostics) {
    this.generator = requireNonNull(generator, "generator");
    this.style = requireNonNull(style, "style");
    this.maxTokens = maxTokens;
    this.minConfidence = minConfidence;
    this.diagnostics = requireNonNull(diagnostics, "diagnostics");
  }

  /** An answer and the scores of it. */
  public record Reading(Question question, GeneratedAnswer answer, Row row) {}

  public Reading read(Question question) {
    List<Neighbour> neighbours = question.neighbours();
    SourceText texts = GivenNeighbours.texts(neighbours);
    GeneratedAnswer answer = answer(request(question).build(), query -> neighbours, texts);
    return reading(question, answer, neighbours, neighbours);
  }

  /**
   * Answers from what a source finds, for the question and again for every finished chunk.
   *
   * @param frozen what was found for the question stays for all chunks
   */
  public Reading read(Question question, NeighbourSource source, SourceText texts, boolean frozen) {
    GenerationRequest request = request(question).freezeNeighbours(frozen).build();
    GeneratedAnswer answer = answer(request, source, texts);
    List<Neighbour> read =
        answer.trace().stream().flatMap(entry -> entry.neighbours().stream()).distinct().toList();
    return reading(question, answer, read, answer.trace().getFirst().neighbours());
  }

  private GeneratedAnswer answer(
      GenerationRequest request, NeighbourSource source, SourceText texts) {
    return generator.generate(request, source, texts, limits(), event -> {});
  }

  private Reading reading(
      Question question, GeneratedAnswer answer, List<Neighbour> read, List<Neighbour> found) {
    Row row =
        Row.of(
            question,
            style,
            Said.of(answer, read),
            read.stream().map(ReadNeighbour::of).toList(),
            found.stream().map(ReadNeighbour::of).toList());
    return new Reading(question, answer, row);
  }

  /**
   * The row of a question, which says so if it could not be answered.
   *
   * @param knockOut whether its cited neighbours are put to the test
   */
  public Row readOrFail(Question question, boolean knockOut) {
    try {
      Reading reading = read(question);
      return knockOut ? knockOut(reading) : reading.row();
    } catch (QuestionTooLongException
        | NoTokenInTimeException
        | GenerationFailedException
        | RunInterruptedException e) {
      return Row.failed(question, String.valueOf(e.getMessage()));
    }
  }

  /**
   * The row with how much masking the first cited neighbour costs, and whether masking any other
   * costs less; the row as it is if nothing is cited.
   */
  public Row knockOut(Reading reading) {
    List<Citation> citations = reading.answer().citations();
    if (citations.isEmpty()) {
      return reading.row();
    }
    ChunkId cited = citations.getFirst().chunk().id();
    double cost = nats(reading, cited);
    boolean agreed =
        reading.question().neighbours().stream()
            .map(neighbour -> neighbour.chunk().id())
            .filter(other -> !other.equals(cited))
            .allMatch(other -> nats(reading, other) < cost);
    return reading.row().withKnockOut(cost, agreed);
  }

  private double nats(Reading reading, ChunkId masked) {
    GeneratedAnswer answer = reading.answer();
    return generator
        .knockOut(
            request(reading.question()).build(),
            answer.tokens().stream().mapToInt(TokenTrace::id).toArray(),
            answer.trace().stream().map(TraceEntry::neighbours).toList(),
            Set.of(masked),
            limits())
        .nats();
  }

  private GenerationRequest.Builder request(Question question) {
    return GenerationRequest.of(question.text())
        .style(style)
        .maxTokens(maxTokens)
        .minConfidence(minConfidence)
        .diagnostics(diagnostics);
  }

  private static RequestLimits limits() {
    return new RequestLimits(Deadline.in(LONGEST), new CancelSignal());
  }
}
