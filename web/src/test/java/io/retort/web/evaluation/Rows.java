package io.retort.web.evaluation;

import io.retort.data.TextSpan;
import io.retort.generator.AnswerStyle;
import io.retort.web.evaluation.Said.Cited;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows for tests, built as a run builds them. */
public final class Rows {
  private Rows() {}

  static Question question(String id, String path, String... answers) {
    return new Question(
        id, "What is " + id + "?", List.of(answers), path, List.of(), null, List.of(), -1);
  }

  static ReadNeighbour neighbour(String path, String text) {
    return new ReadNeighbour(
        path + ":0", path, path, new TextSpan(0, text.codePointCount(0, text.length())), text);
  }

  /** An answer with a citation of each neighbour given. */
  static Said said(
      @Nullable String text, double confidence, double millis, ReadNeighbour... cited) {
    List<Cited> citations = new ArrayList<>();
    for (ReadNeighbour neighbour : cited) {
      citations.add(new Cited(neighbour.documentId(), neighbour, neighbour.text(), true, null));
    }
    return new Said(
        text,
        text == null ? "low_confidence" : null,
        text == null ? "abstained" : "stop",
        confidence,
        citations,
        text != null && citations.isEmpty() ? 1 : 0,
        text == null ? 0 : 2,
        text == null ? null : 0.5,
        text == null ? null : millis / 2,
        millis);
  }

  static Row row(Question question, Said said, ReadNeighbour... read) {
    return Row.of(question, AnswerStyle.SHORT, said, List.of(read), List.of(read));
  }

  /** A question with an answer, right or not. */
  static Row answered(String id, boolean right, double confidence) {
    ReadNeighbour source = neighbour("a.txt", "it is five days");
    return row(
        question(id, "a.txt", "five"),
        said(right ? "five" : "six", confidence, 100, source),
        source);
  }

  /** A question that was declined. */
  static Row declined(String id, boolean answerable) {
    Question question = answerable ? question(id, "a.txt", "five") : question(id, "a.txt");
    return row(question, said(null, 0.1, 50));
  }
}
