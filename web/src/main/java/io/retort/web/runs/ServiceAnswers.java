package io.retort.web.runs;

import io.retort.data.AccessScope;
import io.retort.data.TextSpan;
import io.retort.data.store.DocumentRow;
import io.retort.data.store.RefusedException;
import io.retort.web.access.Caller;
import io.retort.web.answers.AnswerBody;
import io.retort.web.answers.AnswerDesk;
import io.retort.web.answers.AnswerInclude;
import io.retort.web.answers.AnswerListener;
import io.retort.web.answers.AnswerPlan;
import io.retort.web.answers.AnswerService;
import io.retort.web.answers.AnswerTerms;
import io.retort.web.answers.AnswerView;
import io.retort.web.answers.KeptAnswers;
import io.retort.web.evaluation.AnsweringService;
import io.retort.web.evaluation.EvaluationRun;
import io.retort.web.evaluation.RefusedCallException;
import io.retort.web.evaluation.Row;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemHandler;
import io.retort.web.rooms.Rooms;
import io.retort.web.search.NeighbourView;
import io.retort.web.search.SearchBody;
import io.retort.web.search.SearchService;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Answers from one collection inside the service: by the same admission, plans and slots as for
 * users, but only when a slot is free and none of them waits.
 */
final class ServiceAnswers implements AnsweringService {
  private final Parts parts;
  private final Caller caller;
  private final String collection;
  private final RunSettings settings;

  /** What of the service answers. */
  record Parts(
      Rooms rooms,
      AnswerDesk desk,
      AnswerService answers,
      KeptAnswers kept,
      SearchService searches) {}

  ServiceAnswers(Parts parts, Caller caller, String collection, RunSettings settings) {
    this.parts = parts;
    this.caller = caller;
    this.collection = collection;
    this.settings = settings;
  }

  @Override
  public Answered answer(String question, boolean kept)
      throws RefusedCallException, InterruptedException {
    parts.desk().awaitIdle();
    AnswerView view =
        made(
            () -> {
              AnswerPlan plan =
                  parts.answers().plan(body(question, kept), AnswerTerms.NONE, caller);
              return parts.answers().await(plan, parts.answers().start(plan, AnswerListener.NONE));
            });
    return new Answered(
        view.id(),
        new EvaluationRun.Model(
            view.model().decoder(),
            view.model().encoder(),
            view.model().fingerprint(),
            view.model().device()),
        view.answer(),
        view.reason(),
        view.finishReason(),
        view.confidence(),
        view.neighbours().stream().map(ServiceAnswers::read).toList(),
        view.citations().stream().map(ServiceAnswers::cited).toList(),
        view.unsupported().size(),
        view.tokens() == null
            ? List.of()
            : view.tokens().stream().map(AnswerView.TokenView::copyShare).toList(),
        view.timings().firstTokenMs(),
        view.timings().totalMs());
  }

  private AnswerBody body(String question, boolean kept) {
    return AnswerBody.of(
        question,
        collection,
        settings.style(),
        settings.k(),
        null,
        settings.minConfidence(),
        List.of(AnswerInclude.TOKENS, AnswerInclude.NEIGHBOUR_TEXT),
        kept);
  }

  private static Found read(NeighbourView neighbour) {
    return new Found(
        neighbour.chunkId(),
        neighbour.documentId(),
        neighbour.version(),
        neighbour.span(),
        neighbour.continuation(),
        neighbour.text() == null ? "" : neighbour.text());
  }

  private static Cited cited(AnswerView.CitationView citation) {
    return new Cited(
        citation.title(),
        citation.chunkId(),
        new Row.Place(citation.documentId(), citation.version(), citation.sourceSpan()),
        citation.quote());
  }

  @Override
  public List<Found> search(String query, int k) throws RefusedCallException, InterruptedException {
    var body =
        new SearchBody(
            query,
            collection,
            null,
            k,
            null,
            null,
            null,
            null,
            List.of(SearchBody.Include.CONTINUATION_TEXT));
    return made(() -> parts.searches().search(body, caller)).neighbours().stream()
        .map(ServiceAnswers::found)
        .toList();
  }

  private static Found found(NeighbourView neighbour) {
    String text = neighbour.text() == null ? "" : neighbour.text();
    String continuation = neighbour.continuationText();
    return new Found(
        neighbour.chunkId(),
        neighbour.documentId(),
        neighbour.version(),
        neighbour.span(),
        null,
        continuation == null ? text : text + continuation);
  }

  @Override
  public @Nullable String passage(String documentId, int version, TextSpan span)
      throws RefusedCallException, InterruptedException {
    return made(
        () -> {
          try {
            return parts.rooms().documents().text(documentId, version, span, scope());
          } catch (RefusedException e) {
            return switch (e.refusal()) {
              case DOCUMENT_NOT_FOUND, VERSION_GONE, RANGE_OUT_OF_BOUNDS -> null;
              default -> throw e;
            };
          }
        });
  }

  @Override
  public @Nullable String path(String documentId)
      throws RefusedCallException, InterruptedException {
    return made(
        () ->
            parts
                .rooms()
                .documents()
                .document(documentId, scope())
                .map(DocumentRow::path)
                .orElse(null));
  }

  @Override
  public double knockOut(String answerId, String chunkId)
      throws RefusedCallException, InterruptedException {
    parts.desk().awaitIdle();
    return made(() -> parts.kept().knockOut(answerId, caller, List.of(chunkId)).nats());
  }

  private AccessScope scope() {
    return new AccessScope(caller.id(), Set.of(collection));
  }

  private static <T extends @Nullable Object> T made(Callable<T> call)
      throws RefusedCallException, InterruptedException {
    try {
      return call.call();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) { // a refusal of whatever room; one that is none is an internal error
      ApiException refusal = ProblemHandler.toApiException(e);
      throw new RefusedCallException(refusal.code().status(), refusal.code().code(), refusal);
    }
  }
}
