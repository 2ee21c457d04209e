package io.retort.web.evaluation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.retort.data.TextSpan;
import io.retort.generator.AnswerStyle;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One question of a run with its answer and the scores of it, as the run's file keeps it.
 *
 * @param right whether the answer is right: a phrase if it is one of the answers, else if it says
 *     one
 * @param sourceKnown whether the question names what answers it
 * @param readRank of the first neighbour that was read and answers the question, from 1
 * @param searchRank of the first that does among the ten best of a search
 * @param nearVerbatim whether nine tenths of the answer's words stand in one run in a neighbour
 * @param knowledgePrecision the share of the answer's words that stand in the neighbours that were
 *     read (K-precision, Adlakha et al. 2024), null without an answer
 * @param knockOutNats what masking the first cited neighbour costs, null if it was not tried
 * @param knockOutAgreed whether masking any other neighbour costs less
 * @param error why there is neither answer nor abstention, else null
 */
public record Row(
    String id,
    String question,
    List<String> answers,
    @Nullable String answer,
    @Nullable String reason,
    String finishReason,
    double confidence,
    double em,
    double f1,
    double contains,
    boolean right,
    boolean sourceKnown,
    @Nullable Integer readRank,
    @Nullable Integer searchRank,
    int neighbours,
    List<CitedRow> citations,
    int unsupported,
    boolean nearVerbatim,
    @Nullable Double knowledgePrecision,
    int tokens,
    @Nullable Double copyShare,
    @Nullable Double firstTokenMs,
    double totalMs,
    @Nullable Double knockOutNats,
    @Nullable Boolean knockOutAgreed,
    @Nullable String error) {
  static final int SEARCHED = 10;
  private static final double NEARLY = 0.9;

  public Row {
    requireNonNull(id, "id");
    requireNonNull(question, "question");
    requireNonNull(finishReason, "finishReason");
    answers = List.copyOf(answers);
    citations = List.copyOf(citations);
  }

  /**
   * A citation of the answer.
   *
   * @param fromSource whether it cites what answers the question, null if the question names none
   * @param valid whether the quote stands at its place, null if that could not be seen
   * @param place in a collection, null if there is none
   */
  public record CitedRow(
      String title,
      @Nullable String quote,
      @Nullable Boolean fromSource,
      @Nullable Boolean valid,
      @Nullable Place place) {
    public CitedRow {
      requireNonNull(title, "title");
    }
  }

  /** Where cited words stand. */
  public record Place(String documentId, int version, TextSpan span) {
    public Place {
      requireNonNull(documentId, "documentId");
      requireNonNull(span, "span");
    }
  }

  /**
   * @param read neighbours of the question, best first
   * @param found the best of a search, best first
   */
  public static Row of(
      Question question,
      AnswerStyle style,
      Said said,
      List<ReadNeighbour> read,
      List<ReadNeighbour> found) {
    String text = said.text() == null ? "" : said.text();
    SquadScore score = SquadScore.of(text, question.answers());
    boolean named = question.namesSource();
    return new Row(
        question.id(),
        question.text(),
        question.answers(),
        said.text(),
        said.reason(),
        said.finishReason(),
        said.confidence(),
        score.exactMatch(),
        score.f1(),
        score.contains(),
        question.answerable()
            && (style == AnswerStyle.SHORT ? score.exactMatch() : score.contains()) > 0,
        named,
        named ? rank(question, read) : null,
        named ? rank(question, found.subList(0, Math.min(SEARCHED, found.size()))) : null,
        read.size(),
        said.citations().stream().map(cited -> cited(question, named, cited)).toList(),
        said.unsupported(),
        said.text() != null && nearlyVerbatim(text, read),
        said.text() == null ? null : knowledgePrecision(text, read),
        said.tokens(),
        said.copyShare(),
        said.firstTokenMillis(),
        said.totalMillis(),
        null,
        null,
        null);
  }

  /** A question that got neither answer nor abstention. */
  public static Row failed(Question question, String error) {
    return new Row(
        question.id(),
        question.text(),
        question.answers(),
        null,
        null,
        "error",
        0,
        0,
        0,
        0,
        false,
        question.namesSource(),
        null,
        null,
        0,
        List.of(),
        0,
        false,
        null,
        0,
        null,
        null,
        0,
        null,
        null,
        requireNonNull(error, "error"));
  }

  public Row withKnockOut(double nats, boolean agreed) {
    return with(citations, nats, agreed);
  }

  public Row withCitations(List<CitedRow> shown) {
    return with(shown, knockOutNats, knockOutAgreed);
  }

  private Row with(List<CitedRow> shown, @Nullable Double nats, @Nullable Boolean agreed) {
    return new Row(
        id,
        question,
        answers,
        answer,
        reason,
        finishReason,
        confidence,
        em,
        f1,
        contains,
        right,
        sourceKnown,
        readRank,
        searchRank,
        neighbours,
        shown,
        unsupported,
        nearVerbatim,
        knowledgePrecision,
        tokens,
        copyShare,
        firstTokenMs,
        totalMs,
        nats,
        agreed,
        error);
  }

  /** What became of the question; said in the JSON too, where it is not read. */
  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  public Verdict verdict() {
    if (error != null) {
      return Verdict.FAILED;
    }
    if (!answerable()) {
      return answered() ? Verdict.INVENTED : Verdict.RIGHTLY_DECLINED;
    }
    return right ? Verdict.RIGHT : answered() ? Verdict.WRONG : Verdict.DECLINED;
  }

  public boolean answerable() {
    return !answers.isEmpty();
  }

  public boolean answered() {
    return answer != null;
  }

  /** Whether the first citation is of what answers the question. */
  public boolean citesSourceFirst() {
    return !citations.isEmpty() && Boolean.TRUE.equals(citations.getFirst().fromSource());
  }

  private static @Nullable Integer rank(Question question, List<ReadNeighbour> neighbours) {
    for (int i = 0; i < neighbours.size(); i++) {
      if (question.isAnsweredBy(neighbours.get(i))) {
        return i + 1;
      }
    }
    return null;
  }

  private static CitedRow cited(Question question, boolean named, Said.Cited cited) {
    ReadNeighbour neighbour = cited.neighbour();
    return new CitedRow(
        cited.title(),
        cited.quote(),
        named ? neighbour != null && question.isSource(neighbour) : null,
        cited.valid(),
        cited.place());
  }

  static boolean nearlyVerbatim(String answer, List<ReadNeighbour> read) {
    List<String> said = SquadScore.words(answer);
    int wanted = (int) Math.ceil(NEARLY * said.size());
    for (ReadNeighbour neighbour : read) {
      List<String> source = SquadScore.words(neighbour.text());
      for (int from = 0; from + wanted <= said.size(); from++) {
        if (Collections.indexOfSubList(source, said.subList(from, from + wanted)) >= 0) {
          return true;
        }
      }
    }
    return false;
  }

  static @Nullable Double knowledgePrecision(String answer, List<ReadNeighbour> read) {
    List<String> said = SquadScore.words(answer);
    if (said.isEmpty()) {
      return null;
    }
    Set<String> known = new HashSet<>();
    read.forEach(neighbour -> known.addAll(SquadScore.words(neighbour.text())));
    return (double) said.stream().filter(known::contains).count() / said.size();
  }
}
