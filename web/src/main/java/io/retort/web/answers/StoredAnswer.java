package io.retort.web.answers;

import io.retort.data.store.AnswerStore;
import io.retort.generator.AnswerStyle;
import io.retort.generator.GeneratedAnswer;
import io.retort.generator.GenerationRequest;
import io.retort.generator.TokenTrace;
import io.retort.generator.Turn;
import io.retort.web.answers.AnswerView.CitationView;
import io.retort.web.search.NeighbourView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of an answer: the view without a word of the sources, and what it takes to score the
 * same tokens again.
 */
record StoredAnswer(AnswerView view, Replay replay) {

  /**
   * Prompt, tokens and neighbours of an answer, the latter two by their ids.
   *
   * @param history null in what was kept before there was any
   * @param maxTokens decides with the history's length how much of it had room in the prompt
   */
  record Replay(
      AnswerStyle style,
      @Nullable List<Turn> history,
      @Nullable Integer maxTokens,
      List<Integer> tokenIds,
      List<List<ReplayNeighbour>> entries) {

    GenerationRequest request(String question) {
      return GenerationRequest.of(question)
          .history(history == null ? List.of() : history)
          .style(style)
          .maxTokens(maxTokens)
          .build();
    }
  }

  record ReplayNeighbour(
      String chunkId, int version, boolean continued, double score, int rank, String source) {}

  static StoredAnswer of(AnswerView view, GenerationRequest request, GeneratedAnswer generated) {
    var entries = new ArrayList<List<ReplayNeighbour>>();
    generated
        .trace()
        .forEach(
            entry ->
                entries.add(
                    entry.neighbours().stream()
                        .map(
                            n ->
                                new ReplayNeighbour(
                                    n.chunk().id().toString(),
                                    n.chunk().version(),
                                    n.continuation() != null,
                                    n.score(),
                                    n.rank(),
                                    n.source().name()))
                        .toList()));
    List<Integer> ids = generated.tokens().stream().map(TokenTrace::id).toList();
    var replay = new Replay(request.style(), request.history(), request.maxTokens(), ids, entries);
    return new StoredAnswer(withoutSourceText(view, generated), replay);
  }

  private static AnswerView withoutSourceText(AnswerView view, GeneratedAnswer generated) {
    List<CitationView> citations =
        view.citations().stream().map(c -> with(c, c.title(), null, c.state())).toList();
    List<NeighbourView> neighbours = view.neighbours().stream().map(n -> n.withText(null)).toList();
    return with(
        view, citations, neighbours, generated.tokens().stream().map(AnswerViews::token).toList());
  }

  static CitationView with(CitationView c, String title, @Nullable String quote, String state) {
    return new CitationView(
        c.id(),
        c.collection(),
        c.documentId(),
        c.version(),
        title,
        c.chunkId(),
        c.page(),
        c.sourceSpan(),
        c.answerSpan(),
        quote,
        c.score(),
        state,
        c.url());
  }

  static AnswerView with(
      AnswerView v,
      List<CitationView> citations,
      List<NeighbourView> neighbours,
      @Nullable List<AnswerView.TokenView> tokens) {
    return new AnswerView(
        v.id(),
        v.question(),
        v.collection(),
        v.collections(),
        v.conversationId(),
        v.answer(),
        v.abstained(),
        v.reason(),
        v.confidence(),
        v.minConfidence(),
        v.style(),
        v.finishReason(),
        v.partial(),
        v.degraded(),
        citations,
        v.unsupported(),
        neighbours,
        v.trace(),
        tokens,
        v.usage(),
        v.timings(),
        v.model(),
        v.createdAt());
  }

  /**
   * Every document that the answer names, cited ones marked.
   *
   * @param history cited by the turns before the question, whose words may be in the answer
   */
  List<AnswerStore.Source> sources(List<AnswerStore.Source> history) {
    Map<String, AnswerStore.Source> sources = new LinkedHashMap<>();
    view.citations()
        .forEach(
            c ->
                sources.putIfAbsent(
                    c.documentId(), new AnswerStore.Source(c.documentId(), c.version(), true)));
    history.forEach(source -> sources.putIfAbsent(source.documentId(), source));
    for (List<ReplayNeighbour> entry : replay.entries()) {
      for (ReplayNeighbour n : entry) {
        String document = n.chunkId().substring(0, n.chunkId().lastIndexOf(':'));
        sources.putIfAbsent(document, new AnswerStore.Source(document, n.version(), false));
      }
    }
    return List.copyOf(sources.values());
  }
}
