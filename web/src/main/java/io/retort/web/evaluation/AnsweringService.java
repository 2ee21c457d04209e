package io.retort.web.evaluation;

import static java.util.Objects.requireNonNull;

import io.retort.data.TextSpan;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What answers questions from a collection: a service over its API, or from inside. Whatever it
 * refuses is a {@link RefusedCallException}. Spans count code points of the document.
 */
public interface AnsweringService {
  /**
   * Answers a question.
   *
   * @param kept whether the answer will be put to the test by {@link #knockOut}
   */
  Answered answer(String question, boolean kept)
      throws RefusedCallException, IOException, InterruptedException;

  /** The best {@code k} neighbours, each with its continuation in its text. */
  List<Found> search(String query, int k)
      throws RefusedCallException, IOException, InterruptedException;

  /** A piece of a document; null if it may not be read, or is gone. */
  @Nullable String passage(String documentId, int version, TextSpan span)
      throws RefusedCallException, IOException, InterruptedException;

  /** Where a document stands in its collection; null if it may not be known, or is gone. */
  @Nullable String path(String documentId)
      throws RefusedCallException, IOException, InterruptedException;

  /** What an answer loses, in nats, when a neighbour is masked. */
  double knockOut(String answerId, String chunkId)
      throws RefusedCallException, IOException, InterruptedException;

  /**
   * A neighbour.
   *
   * @param continuation null if there is none or {@code text} holds it
   */
  record Found(
      String chunkId,
      String documentId,
      int version,
      TextSpan span,
      @Nullable TextSpan continuation,
      String text) {
    public Found {
      requireNonNull(chunkId, "chunkId");
      requireNonNull(documentId, "documentId");
      requireNonNull(span, "span");
      requireNonNull(text, "text");
    }
  }

  /** A citation. */
  record Cited(String title, String chunkId, Row.Place place, @Nullable String quote) {
    public Cited {
      requireNonNull(title, "title");
      requireNonNull(chunkId, "chunkId");
      requireNonNull(place, "place");
    }
  }

  /**
   * An answer, or none.
   *
   * @param text null if there was no answer
   * @param reason why there was none
   * @param neighbours of the question
   * @param copyShares of the tokens
   */
  record Answered(
      String id,
      EvaluationRun.Model model,
      @Nullable String text,
      @Nullable String reason,
      String finishReason,
      double confidence,
      List<Found> neighbours,
      List<Cited> citations,
      int unsupported,
      List<Double> copyShares,
      @Nullable Long firstTokenMs,
      long totalMs) {
    public Answered {
      requireNonNull(id, "id");
      requireNonNull(model, "model");
      requireNonNull(finishReason, "finishReason");
      neighbours = List.copyOf(neighbours);
      citations = List.copyOf(citations);
      copyShares = List.copyOf(copyShares);
    }
  }
}
