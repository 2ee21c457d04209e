package io.retort.web.evaluation;

import static io.retort.web.evaluation.Rows.answered;
import static io.retort.web.evaluation.Rows.declined;
import static io.retort.web.evaluation.Rows.neighbour;
import static io.retort.web.evaluation.Rows.question;
import static io.retort.web.evaluation.Rows.row;
import static io.retort.web.evaluation.Rows.said;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.retort.generator.AnswerStyle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each metric on cases that were computed by hand. */
class MetricTest {
  private static final ReadNeighbour SOURCE = neighbour("a.txt", "carry over up to five days");
  private static final ReadNeighbour OTHER = neighbour("b.txt", "five trains leave at noon");
  private static final Question ASKED = question("q", "a.txt", "five", "five days");

  private static void assertValue(Metric metric, double value, Row... rows) {
    assertThat(metric.value(List.of(rows))).as("%s", metric).isCloseTo(value, within(1e-12));
  }

  @Test
  void wordsOfTheAnswerAreComparedWithTheBestExpectedOne() {
    Row exact = row(ASKED, said("Five.", 0.9, 1), SOURCE);
    Row near = row(ASKED, said("up to five days", 0.9, 1), SOURCE); // 2 of 4 and 2 words
    Row none = declined("n", true);
    assertValue(Metric.EM, 1 / 3.0, exact, near, none);
    assertValue(Metric.F1, (1 + 2 * 2 / 6.0 + 0) / 3, exact, near, none);
    assertValue(Metric.CONTAINS, 2 / 3.0, exact, near, none);
  }

  @Test
  void whatHasNoAnswerIsRightlyDeclined() {
    Row right = answered("r", true, 0.9);
    Row invented = row(question("i", "a.txt"), said("six", 0.4, 1), SOURCE);
    Row silent = declined("s", true);
    Row honest = declined("h", false);
    assertValue(Metric.F1_OVERALL, 2 / 4.0, right, invented, silent, honest);
    assertValue(Metric.ANSWERED_SHARE, 2 / 4.0, right, invented, silent, honest);
    assertValue(Metric.ANSWERED_OF_ANSWERABLE, 1 / 2.0, right, invented, silent, honest);
    assertValue(Metric.ANSWERED_OF_UNANSWERABLE, 1 / 2.0, right, invented, silent, honest);
    // one of two declined has none, and one of two that have none was declined
    assertValue(Metric.NO_ANSWER_F1, 0.5, right, invented, silent, honest);
    assertValue(Metric.NO_ANSWER_F1, 2 / 3.0, right, silent, honest);
  }

  @Test
  void withoutUnanswerableQuestionsNothingIsSaidOfThem() {
    assertThat(Metric.F1_OVERALL.value(List.of(answered("r", true, 1)))).isNaN();
    assertThat(Metric.NO_ANSWER_F1.value(List.of(answered("r", true, 1)))).isNaN();
    assertThat(Metric.ANSWERED_OF_UNANSWERABLE.value(List.of(answered("r", true, 1)))).isNaN();
  }

  @Test
  void ranksOfTheFirstAnsweringNeighbourCount() {
    Row first = row(ASKED, said("five", 0.9, 1), SOURCE, OTHER);
    Row second = row(ASKED, said("five", 0.9, 1), OTHER, SOURCE);
    Row missed = row(ASKED, said("five", 0.9, 1), OTHER);
    assertValue(Metric.RECALL_AT_K, 2 / 3.0, first, second, missed);
    assertValue(Metric.MRR_AT_10, (1 + 1 / 2.0 + 0) / 3, first, second, missed);
    assertValue(
        Metric.NDCG_AT_10, (1 + 1 / (Math.log(3) / Math.log(2)) + 0) / 3, first, second, missed);
  }

  @Test
  void ofASearchTheFirstTenCount() {
    List<ReadNeighbour> found = new ArrayList<>(Collections.nCopies(10, OTHER));
    found.add(SOURCE);
    Row row = Row.of(ASKED, AnswerStyle.SHORT, said("five", 0.9, 1), List.of(SOURCE), found);
    assertThat(row.searchRank()).isNull();
    assertThat(row.readRank()).isOne();
  }

  @Test
  void citationsAreOfTheSourceOrNot() {
    Row both = row(ASKED, said("five", 0.9, 1, OTHER, SOURCE), SOURCE, OTHER);
    Row wrong = row(ASKED, said("five", 0.9, 1, OTHER), SOURCE, OTHER);
    Row right = row(ASKED, said("five", 0.9, 1, SOURCE), SOURCE, OTHER);
    Row none = row(ASKED, said("five", 0.9, 1), SOURCE, OTHER);
    assertValue(Metric.CITATION_PRECISION, 2 / 4.0, both, wrong, right, none);
    assertValue(Metric.CITATION_RECALL, 2 / 4.0, both, wrong, right, none);
    assertValue(Metric.GOLD_CITED_FIRST, 1 / 4.0, both, wrong, right, none);
    assertValue(Metric.FULLY_CITED, 3 / 4.0, both, wrong, right, none);
  }

  @Test
  void aQuestionThatNamesNoSourceSaysNothingOfSources() {
    var question = new Question("q", "q?", List.of("five"), null, List.of(), null, List.of(), -1);
    Row row = row(question, said("five", 0.9, 1, SOURCE), SOURCE);
    assertThat(Metric.RECALL_AT_K.value(List.of(row))).isNaN();
    assertThat(Metric.CITATION_PRECISION.value(List.of(row))).isNaN();
    assertThat(row.citations().getFirst().fromSource()).isNull();
    assertValue(Metric.EM, 1, row);
  }

  @Test
  void quotesThatDoNotStandThereAreCounted() {
    var invalid = new Said.Cited("t", SOURCE, "nowhere", false, null);
    var unseen = new Said.Cited("t", SOURCE, "who knows", null, null);
    var said = new Said("five", null, "stop", 0.9, List.of(invalid, unseen), 0, 1, null, null, 1);
    assertValue(Metric.CITATION_INVALID, 1, row(ASKED, said, SOURCE), answered("r", true, 1));
  }

  @Test
  void confidenceIsHeldAgainstSuccess() {
    Row[] rows = {
      answered("a", true, 0.9),
      answered("b", false, 0.7),
      answered("c", true, 0.7),
      answered("d", false, 0.2),
      declined("e", true)
    };
    // pairs of right and wrong: .9 > .7, .9 > .2, .7 = .7, .7 > .2
    assertValue(Metric.AUROC, 3.5 / 4, rows);
    // bins: .9 against 1; .7 against .5, two of them; .2 against 0
    assertValue(Metric.ECE, (0.1 + 2 * 0.2 + 0.2) / 4, rows);
    assertValue(Metric.RISK_COVERAGE_AREA, (0 + 1 / 2.0 + 1 / 3.0 + 2 / 4.0) / 4, rows);
  }

  @Test
  void withoutBothKindsOfAnswersThereIsNoOrder() {
    assertThat(Metric.AUROC.value(List.of(answered("a", true, 0.9)))).isNaN();
  }

  @Test
  void wordsOfTheAnswerStandInTheNeighboursOrNot() {
    Row copied = row(ASKED, said("up to five days", 0.9, 1), SOURCE);
    Row mixed = row(ASKED, said("five trains days", 0.9, 1), SOURCE, OTHER);
    Row invented = row(ASKED, said("seven nights", 0.9, 1), SOURCE, OTHER);
    assertValue(Metric.K_PRECISION, 2 / 3.0, copied, mixed, invented);
    assertValue(Metric.NEAR_VERBATIM, 1 / 3.0, copied, mixed, invented);
  }

  @Test
  void longAnswersWeighMoreInTheCopyShare() {
    var longer = new Said("five", null, "stop", 0.9, List.of(), 0, 6, 0.9, 1.0, 1);
    assertValue(
        Metric.COPY_SHARE, (2 * 0.5 + 6 * 0.9) / 8, answered("a", true, 1), row(ASKED, longer));
  }

  @Test
  void knockOutsAreAMedianAndAnAgreement() {
    Row one = answered("a", true, 1).withKnockOut(3, true);
    Row two = answered("b", true, 1).withKnockOut(5, false);
    Row three = answered("c", true, 1).withKnockOut(1, true);
    Row untried = answered("d", true, 1);
    assertValue(Metric.KNOCK_OUT_MEDIAN_NATS, 3, one, two, three, untried);
    assertValue(Metric.KNOCK_OUT_AGREEMENT, 2 / 3.0, one, two, three, untried);
  }

  @Test
  void latenciesAreThoseOfAnswers() {
    Row[] rows = new Row[21];
    for (int i = 0; i < 20; i++) {
      rows[i] = row(ASKED, said("five", 0.9, 20 - i), SOURCE);
    }
    rows[20] = declined("slow", true);
    assertValue(Metric.TOTAL_P50_MS, 10, rows);
    assertValue(Metric.TOTAL_P95_MS, 19, rows);
    assertValue(Metric.FIRST_TOKEN_P50_MS, 5, rows);
    assertValue(Metric.FIRST_TOKEN_P95_MS, 9.5, rows);
  }

  @Test
  void whatFailedIsInNoFigure() {
    Row failed = Row.failed(ASKED, "broke");
    assertValue(Metric.EM, 1, answered("a", true, 1), failed);
    assertThat(Metric.ANSWERED_SHARE.value(List.of(failed))).isNaN();
  }

  @Test
  void aLongerAnswerIsRightIfItSaysOne() {
    Said said = said("You may carry over five.", 0.9, 1, SOURCE);
    Row sentence = Row.of(ASKED, AnswerStyle.SENTENCE, said, List.of(SOURCE), List.of());
    assertThat(sentence.right()).isTrue();
    assertThat(row(ASKED, said, SOURCE).right()).isFalse();
  }
}
