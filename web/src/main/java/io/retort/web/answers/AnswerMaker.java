package io.retort.web.answers;

import static java.util.stream.Collectors.toSet;

import io.retort.data.ChunkId;
import io.retort.data.DocumentVersion;
import io.retort.data.TextSpan;
import io.retort.data.store.AnswerStore;
import io.retort.data.store.RefusedException;
import io.retort.data.store.ScopedDocuments;
import io.retort.generator.Citation;
import io.retort.generator.GeneratedAnswer;
import io.retort.generator.GenerationEvent;
import io.retort.generator.SourceText;
import io.retort.retriever.Retrieval;
import io.retort.web.answers.AnswerView.ModelView;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.rooms.LoadedModels;
import io.retort.web.rooms.Rooms;
import io.retort.web.search.NeighbourView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import tools.jackson.databind.json.JsonMapper;

/** Makes one planned answer on a slot's thread, tells the listener about it, and keeps it. */
final class AnswerMaker {
  private static final Logger LOG = LoggerFactory.getLogger(AnswerMaker.class);

  private final Rooms rooms;
  private final AnswerStore store;
  private final AnswerViews views;
  private final AnswerMetrics metrics;
  private final JsonMapper json;

  AnswerMaker(
      Rooms rooms, AnswerStore store, AnswerViews views, AnswerMetrics metrics, JsonMapper json) {
    this.rooms = rooms;
    this.store = store;
    this.views = views;
    this.metrics = metrics;
    this.json = json;
  }

  AnswerView make(AnswerPlan plan, AnswerListener listener) {
    Duration queued = plan.age();
    if (plan.limits().deadline().passed()) {
      throw new ApiException(
          ProblemCode.DEADLINE_EXCEEDED, "the time limit ended while the question waited");
    }
    var source =
        new ScopedNeighbourSource(
            rooms.retriever(),
            plan.models().generator()::relevance,
            plan.retrieval(),
            plan.scope(),
            plan.limits());
    GeneratedAnswer generated =
        plan.models()
            .generator()
            .generate(
                plan.generation(),
                source,
                sourceText(plan),
                plan.limits(),
                event -> tell(event, plan, source, listener));
    AnswerView view = view(plan, generated, source, queued);
    metrics.answered(view, generated, source.rerank());
    if (plan.stored()) {
      keep(plan, view, generated);
    }
    return view;
  }

  private SourceText sourceText(AnswerPlan plan) {
    ScopedDocuments documents = rooms.documents();
    return (documentId, version, span) -> {
      try {
        return documents.text(documentId, version, span, plan.scope());
      } catch (RefusedException e) {
        return switch (e.refusal()) {
          case DOCUMENT_NOT_FOUND, VERSION_GONE, RANGE_OUT_OF_BOUNDS -> null;
          default -> throw e;
        };
      }
    };
  }

  private void tell(
      GenerationEvent event,
      AnswerPlan plan,
      ScopedNeighbourSource source,
      AnswerListener listener) {
    boolean reranked = plan.retrieval().rerank();
    boolean text = plan.body().includes(AnswerInclude.NEIGHBOUR_TEXT);
    var raw =
        plan.body().includes(AnswerInclude.RAW_SCORES)
            ? source.rawScores()
            : Map.<ChunkId, Retrieval.RawScores>of();
    switch (event) {
      case GenerationEvent.Retrieved(var entry) ->
          listener.on(
              "retrieval",
              new RetrievalEvent(
                  entry.chunkIndex(),
                  entry.query(),
                  entry.frozen(),
                  AnswerViews.neighbours(entry.neighbours(), reranked, text, raw)));
      case GenerationEvent.TokenGenerated(var token) ->
          listener.on(
              "token",
              plan.body().includes(AnswerInclude.TOKENS)
                  ? AnswerViews.token(token)
                  : new TokenEvent(token.index(), token.text()));
      case GenerationEvent.CitationFound(var citation) ->
          listener.on("citation", views.citation(citation));
      case GenerationEvent.Abstained(var reason, var confidence, var neighbours) ->
          listener.on(
              "abstained",
              new AbstainedEvent(
                  reason.toString(),
                  confidence,
                  AnswerViews.neighbours(neighbours, reranked, text, raw)));
    }
  }

  record RetrievalEvent(
      int chunkIndex, String query, boolean frozen, List<NeighbourView> neighbours) {}

  record TokenEvent(int index, String text) {}

  record AbstainedEvent(String reason, double confidence, List<NeighbourView> neighbours) {}

  private AnswerView view(
      AnswerPlan plan, GeneratedAnswer generated, ScopedNeighbourSource source, Duration queued) {
    AnswerBody body = plan.body();
    LoadedModels models = plan.models();
    Set<DocumentVersion> valid = validVersions(plan, generated.citations());
    List<Citation> citations = new ArrayList<>();
    List<TextSpan> unsupported = new ArrayList<>(generated.unsupported());
    for (Citation citation : generated.citations()) {
      if (valid.contains(versionOf(citation))) {
        citations.add(citation);
      } else {
        unsupported.add(citation.answerSpan()); // its document went while the answer was made
      }
    }
    unsupported.sort(Comparator.comparingInt(TextSpan::start));
    return new AnswerView(
        plan.id(),
        body.question(),
        body.collection(),
        body.collections(),
        body.conversationId(),
        generated.text(),
        generated.abstained(),
        generated.reason() == null ? null : generated.reason().toString(),
        generated.confidence(),
        body.minConfidence() == null
            ? models.generator().minConfidence(plan.generation().style())
            : body.minConfidence(),
        plan.generation().style().toString(),
        generated.finishReason().toString(),
        generated.finishReason().partial(),
        AnswerViews.degraded(source.degraded()),
        citations.stream().map(views::citation).toList(),
        unsupported,
        AnswerViews.neighbours(
            generated.neighbours(),
            plan.retrieval().rerank(),
            body.includes(AnswerInclude.NEIGHBOUR_TEXT),
            body.includes(AnswerInclude.RAW_SCORES) ? source.rawScores() : Map.of()),
        generated.trace().stream().map(AnswerViews::trace).toList(),
        body.includes(AnswerInclude.TOKENS)
            ? generated.tokens().stream().map(AnswerViews::token).toList()
            : null,
        generated.usage(),
        AnswerViews.timings(
            generated, queued, source.encode(), source.retrieve().plus(source.rerank())),
        modelView(models),
        plan.createdAt());
  }

  private static ModelView modelView(LoadedModels models) {
    return new ModelView(
        models.decoderName(),
        models.encoderName(),
        models.fingerprint(),
        models.generator().device(),
        models.chunkLength(),
        0);
  }

  private Set<DocumentVersion> validVersions(AnswerPlan plan, List<Citation> citations) {
    Set<DocumentVersion> cited = citations.stream().map(AnswerMaker::versionOf).collect(toSet());
    return cited.isEmpty() ? Set.of() : rooms.documents().valid(cited, plan.scope());
  }

  private static DocumentVersion versionOf(Citation citation) {
    return new DocumentVersion(citation.chunk().id().documentId(), citation.chunk().version());
  }

  /** A store that fails costs the later look-up, not the answer that is there already. */
  private void keep(AnswerPlan plan, AnswerView view, GeneratedAnswer generated) {
    StoredAnswer stored = StoredAnswer.of(view, plan.generation(), generated);
    try {
      boolean kept =
          store.keep(
              new AnswerStore.Kept(
                  plan.id(),
                  plan.caller().id(),
                  plan.createdAt(),
                  view.conversationId(),
                  view.question(),
                  view.askedOf(),
                  json.writeValueAsString(stored),
                  stored.sources(plan.history().sources())));
      if (!kept) {
        LOG.debug("answer {} went with its conversation", plan.id());
      }
    } catch (DataAccessException e) {
      LOG.warn("answer {} could not be kept", plan.id(), e);
    }
  }
}
