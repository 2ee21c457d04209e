package io.retort.web.rest;

import io.retort.data.AccessScope;
import io.retort.data.DocumentVersion;
import io.retort.data.TextSpan;
import io.retort.data.store.DocumentRow;
import io.retort.data.store.FeedbackStore.Feedback;
import io.retort.data.store.FeedbackStore.Opinion;
import io.retort.data.store.FeedbackStore.Rating;
import io.retort.data.store.FeedbackStore.Reason;
import io.retort.data.store.ScopedDocuments;
import io.retort.web.answers.AnswerView;
import io.retort.web.answers.AnswerView.CitationView;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A question with what its answer is, as an asker told it: a line of a data set for evaluations.
 *
 * @param answers empty if the documents do not hold one
 * @param path of the document that holds it, null if that is not known
 * @param spans in that document
 */
@Schema(name = "FeedbackExample")
record FeedbackExample(
    String id, String question, List<String> answers, @Nullable String path, List<TextSpan> spans) {

  /** Empty if the feedback says that an answer was wrong, but not what is right. */
  static Optional<FeedbackExample> of(
      Feedback feedback, AnswerView answer, ScopedDocuments documents, AccessScope scope) {
    Opinion opinion = feedback.opinion();
    if (!opinion.expectedAnswer().isBlank()) {
      return Optional.of(bare(feedback, answer, List.of(opinion.expectedAnswer())));
    }
    if (opinion.rating() == Rating.DOWN) {
      return opinion.reasons().contains(Reason.SHOULD_ABSTAIN)
          ? Optional.of(bare(feedback, answer, List.of()))
          : Optional.empty();
    }
    String text = answer.answer();
    if (text == null) {
      return Optional.of(bare(feedback, answer, List.of()));
    }
    Optional<DocumentRow> source = source(answer.citations(), documents, scope);
    return Optional.of(
        new FeedbackExample(
            feedback.id(),
            answer.question(),
            List.of(text),
            source.map(DocumentRow::path).orElse(null),
            source.map(row -> spans(answer.citations(), row.id())).orElse(List.of())));
  }

  private static FeedbackExample bare(Feedback feedback, AnswerView answer, List<String> answers) {
    return new FeedbackExample(feedback.id(), answer.question(), answers, null, List.of());
  }

  /** The first cited document, while it is the version that the offsets count in. */
  private static Optional<DocumentRow> source(
      List<CitationView> citations, ScopedDocuments documents, AccessScope scope) {
    if (citations.isEmpty()) {
      return Optional.empty();
    }
    CitationView first = citations.getFirst();
    var version = new DocumentVersion(first.documentId(), first.version());
    return documents.valid(Set.of(version), scope).isEmpty()
        ? Optional.empty()
        : documents.document(first.documentId(), scope);
  }

  private static List<TextSpan> spans(List<CitationView> citations, String documentId) {
    return citations.stream()
        .filter(citation -> citation.documentId().equals(documentId))
        .map(CitationView::sourceSpan)
        .toList();
  }
}
