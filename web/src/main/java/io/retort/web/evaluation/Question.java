package io.retort.web.evaluation;

import static java.util.Objects.requireNonNull;

import io.retort.data.Neighbour;
import io.retort.data.TextSpan;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A question with what would answer it, and where that stands as far as its set says.
 *
 * @param id unlike all others of the set
 * @param answers none if it has no answer
 * @param path of the document that answers it
 * @param spans the places in that document; none if any will do
 * @param context the paragraph that answers it
 * @param neighbours that come with the question
 * @param gold index of the neighbour that answers it, −1 for none
 */
public record Question(
    String id,
    String text,
    List<String> answers,
    @Nullable String path,
    List<TextSpan> spans,
    @Nullable String context,
    List<Neighbour> neighbours,
    int gold) {
  /** So many words in a row are hardly shared by chance. */
  private static final int SHARED_WORDS = 8;

  public Question {
    requireNonNull(id, "id");
    requireNonNull(text, "text");
    answers = List.copyOf(answers);
    spans = List.copyOf(spans);
    neighbours = List.copyOf(neighbours);
    if (gold < -1 || gold >= neighbours.size()) {
      throw new IllegalArgumentException(
          "gold must be -1 or the index of one of %d neighbours: %d"
              .formatted(neighbours.size(), gold));
    }
  }

  /** The same question to neighbours that the set says nothing about. */
  Question reading(List<Neighbour> others) {
    return new Question(id, text, answers, null, List.of(), context, others, -1);
  }

  /** The same question to a collection. */
  Question retrieving() {
    return new Question(id, text, answers, path, spans, context, List.of(), -1);
  }

  public boolean answerable() {
    return !answers.isEmpty();
  }

  /** Whether it can be said if a neighbour is the right one. */
  public boolean namesSource() {
    return answerable() && (gold >= 0 || path != null || context != null);
  }

  /** Whether a neighbour is of the document, the place or the paragraph that answers this. */
  boolean isSource(ReadNeighbour neighbour) {
    if (gold >= 0) {
      return neighbours.get(gold).chunk().id().documentId().equals(neighbour.documentId());
    }
    if (path != null) {
      return path.equals(neighbour.path())
          && (spans.isEmpty()
              || spans.stream()
                  .anyMatch(
                      s ->
                          s.start() < neighbour.span().end()
                              && neighbour.span().start() < s.end()));
    }
    return context != null && shareWords(context, neighbour.text());
  }

  /**
   * Whether a neighbour is the source and, where the set does not say the place, says an answer.
   */
  boolean isAnsweredBy(ReadNeighbour neighbour) {
    return isSource(neighbour)
        && (gold >= 0
            || !spans.isEmpty()
            || SquadScore.of(neighbour.text(), answers).contains() > 0);
  }

  private static boolean shareWords(String context, String text) {
    List<String> one = SquadScore.words(context);
    List<String> other = SquadScore.words(text);
    int run = Math.min(SHARED_WORDS, Math.min(one.size(), other.size()));
    if (run == 0) {
      return false;
    }
    for (int from = 0; from + run <= other.size(); from++) {
      if (Collections.indexOfSubList(one, other.subList(from, from + run)) >= 0) {
        return true;
      }
    }
    return false;
  }
}
