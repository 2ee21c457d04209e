package io.retort.generator;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One question to answer.
 *
 * @param history earlier turns that go before the question, oldest first; those that have no room
 *     beside it are left out
 * @param maxTokens generated tokens at most
 * @param minConfidence below it an answer is held back; 0 never abstains for low confidence; null
 *     is the model's calibration
 * @param freezeNeighbours keep the question's neighbours for all chunks
 * @param stop texts at which the answer ends; what stood before them stays
 */
public record GenerationRequest(
    String question,
    List<Turn> history,
    AnswerStyle style,
    Sampling sampling,
    int maxTokens,
    @Nullable Double minConfidence,
    boolean freezeNeighbours,
    List<String> stop,
    Diagnostics diagnostics) {
  public static final int MAX_TOKENS = 1024;

  public GenerationRequest {
    requireNonNull(style, "style");
    requireNonNull(sampling, "sampling");
    requireNonNull(diagnostics, "diagnostics");
    history = List.copyOf(history);
    stop = List.copyOf(stop);
    if (question.isBlank()) {
      throw new IllegalArgumentException("question must not be blank");
    }
    if (maxTokens < 1 || maxTokens > MAX_TOKENS) {
      throw new IllegalArgumentException(
          "maxTokens must be between 1 and %d: %d".formatted(MAX_TOKENS, maxTokens));
    }
    if (minConfidence != null && !(minConfidence >= 0 && minConfidence <= 1)) {
      throw new IllegalArgumentException("minConfidence must be in [0, 1]: " + minConfidence);
    }
    if (stop.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException("a stop text must not be empty");
    }
  }

  GenerationRequest withHistory(List<Turn> turns) {
    return new GenerationRequest(
        question,
        turns,
        style,
        sampling,
        maxTokens,
        minConfidence,
        freezeNeighbours,
        stop,
        diagnostics);
  }

  /** A greedy request in the style {@link AnswerStyle#SENTENCE}; the builder changes it. */
  public static Builder of(String question) {
    return new Builder(question);
  }

  /** Collects the fields of a request; each has a default but the question. */
  public static final class Builder {
    private final String question;
    private List<Turn> history = List.of();
    private AnswerStyle style = AnswerStyle.SENTENCE;
    private Sampling sampling = new Sampling.Greedy();
    private @Nullable Integer maxTokens;
    private @Nullable Double minConfidence;
    private boolean freezeNeighbours;
    private List<String> stop = List.of();
    private Diagnostics diagnostics = Diagnostics.NONE;

    private Builder(String question) {
      this.question = requireNonNull(question, "question");
    }

    public Builder history(List<Turn> turns) {
      history = turns;
      return this;
    }

    public Builder style(AnswerStyle value) {
      style = value;
      return this;
    }

    public Builder sampling(Sampling value) {
      sampling = value;
      return this;
    }

    /** Null stays with the style's. */
    public Builder maxTokens(@Nullable Integer value) {
      maxTokens = value;
      return this;
    }

    public Builder minConfidence(@Nullable Double value) {
      minConfidence = value;
      return this;
    }

    public Builder freezeNeighbours(boolean value) {
      freezeNeighbours = value;
      return this;
    }

    public Builder stop(List<String> texts) {
      stop = texts;
      return this;
    }

    public Builder diagnostics(Diagnostics value) {
      diagnostics = value;
      return this;
    }

    public GenerationRequest build() {
      return new GenerationRequest(
          question,
          history,
          style,
          sampling,
          maxTokens == null ? style.maxTokens() : maxTokens,
          minConfidence,
          freezeNeighbours,
          stop,
          diagnostics);
    }
  }
}
