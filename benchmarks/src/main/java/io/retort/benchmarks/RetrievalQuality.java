package io.retort.benchmarks;

import static java.util.Objects.requireNonNull;

import io.retort.benchmarks.Questions.Question;
import io.retort.data.CancelSignal;
import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.Deadline;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.data.SearchMode;
import io.retort.generator.AnswerGenerator;
import io.retort.retriever.IndexGaps;
import io.retort.retriever.ReciprocalRankFusion;
import io.retort.retriever.RetrievalRequest;
import io.retort.retriever.Retriever;
import io.retort.retriever.lucene.LuceneChunkIndex;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Recall of the real retriever over a question set whose contexts are the collection. A hit is an
 * answer inside [N, F], a neighbour with its continuation, of the question's own paragraph.
 */
public final class RetrievalQuality {
  private static final int[] CUTS = {1, 4, 10, 20};
  private static final int DEEPEST = 20;

  private RetrievalQuality() {}

  public static void main(String[] arguments) throws Exception {
    var flags =
        new Flags(
            arguments,
            Set.of("questions", "models", "index", "limit", "threads", "rerank", "expected"));
    Questions set = Questions.read(flags.required("questions"));
    var figures = new Figures();
    try (var models = RetrievalModels.open(Path.of(flags.text("models", "data/models")));
        LuceneChunkIndex index = ParagraphIndex.open(flags, models, set.paragraphs(), figures)) {
      var retriever =
          new Retriever(models.encoder(), index::searcher, (found, scope) -> found, IndexGaps.NONE);
      List<Question> questions = set.sample(flags.number("limit", 800));
      for (SearchMode mode : SearchMode.values()) {
        recall(retriever, mode, RetrievalRequest.DEFAULT_CANDIDATES, DEEPEST, questions, figures);
      }
      recall(retriever, SearchMode.HYBRID, 100, DEEPEST, questions, figures);
      answerDefaults(retriever, questions, figures);
      int reranked = flags.number("rerank", 0);
      if (reranked > 0) {
        try (var reader =
            AnswerModels.open(
                Path.of(flags.text("models", "data/models")), flags.number("threads", 2))) {
          reranking(retriever, reader.generator(), reranked, questions, figures);
        }
      }
    }
    System.exit(figures.meet(flags.path("expected")) ? 0 : 3);
  }

  private static void recall(
      Retriever retriever,
      SearchMode mode,
      int candidates,
      int perDocument,
      List<Question> questions,
      Figures figures) {
    int[] hits = new int[CUTS.length];
    List<Double> millis = new ArrayList<>();
    for (Question question : questions) {
      var request =
          new RetrievalRequest(question.text(), DEEPEST, mode, List.of(), candidates, perDocument);
      var retrieval = retriever.retrieve(request, ParagraphIndex.SCOPE, limits());
      millis.add(retrieval.timings().retrieve().toNanos() / 1e6);
      int rank = rankOfAnswer(retrieval.neighbours(), question);
      for (int c = 0; c < CUTS.length; c++) {
        hits[c] += rank <= CUTS[c] ? 1 : 0;
      }
    }
    String name = mode.name().toLowerCase(Locale.ROOT);
    if (candidates != RetrievalRequest.DEFAULT_CANDIDATES) {
      name += "_candidates_" + candidates;
    }
    for (int c = 0; c < CUTS.length; c++) {
      figures.addShare(name + "_recall_at_" + CUTS[c], hits[c], questions.size());
    }
    figures.addLatencies(name + "_retrieve", millis);
  }

  /** As answers ask: four neighbours, at most two of one document where others fill the rest. */
  private static void answerDefaults(
      Retriever retriever, List<Question> questions, Figures figures) {
    int hits = 0;
    for (Question question : questions) {
      var request =
          new RetrievalRequest(
              question.text(),
              4,
              SearchMode.HYBRID,
              List.of(),
              RetrievalRequest.DEFAULT_CANDIDATES,
              2);
      List<Neighbour> neighbours =
          retriever.retrieve(request, ParagraphIndex.SCOPE, limits()).neighbours();
      hits += rankOfAnswer(neighbours, question) <= 4 ? 1 : 0;
    }
    figures.addShare("answer_defaults_recall_at_4", hits, questions.size());
  }

  /**
   * What the reader's relevance would make of the order of the best {@code depth} candidates: the
   * order as it is, by relevance alone, and by both ranks fused.
   */
  private static void reranking(
      Retriever retriever,
      AnswerGenerator reader,
      int depth,
      List<Question> questions,
      Figures figures) {
    List<String> orders = List.of("as_retrieved", "by_relevance", "by_both");
    int[] cuts = {1, 4};
    int[][] hits = new int[orders.size()][cuts.length];
    List<Double> millis = new ArrayList<>();
    for (Question question : questions) {
      var request =
          new RetrievalRequest(
              question.text(),
              depth,
              SearchMode.HYBRID,
              List.of(),
              RetrievalRequest.DEFAULT_CANDIDATES,
              depth);
      List<Neighbour> found =
          retriever.retrieve(request, ParagraphIndex.SCOPE, limits()).neighbours();
      long start = System.nanoTime();
      double[] relevance = reader.relevance(question.text(), found, limits());
      millis.add((System.nanoTime() - start) / 1e6);
      Map<ChunkId, Neighbour> byId = new LinkedHashMap<>();
      Map<ChunkId, Double> relevanceById = new HashMap<>();
      for (int i = 0; i < found.size(); i++) {
        ChunkId id = found.get(i).chunk().id();
        byId.put(id, found.get(i));
        relevanceById.put(id, relevance[i]);
      }
      List<ChunkId> retrieved = List.copyOf(byId.keySet());
      List<ChunkId> relevant =
          retrieved.stream()
              .sorted(
                  Comparator.comparingDouble(
                      (ChunkId id) -> -requireNonNull(relevanceById.get(id))))
              .toList();
      List<ChunkId> both =
          ReciprocalRankFusion.fuse(List.of(retrieved, relevant)).stream()
              .map(ReciprocalRankFusion.Fused::id)
              .toList();
      List<List<ChunkId>> ranked = List.of(retrieved, relevant, both);
      for (int o = 0; o < orders.size(); o++) {
        int rank = rankOfAnswer(ranked.get(o).stream().map(byId::get).toList(), question);
        for (int c = 0; c < cuts.length; c++) {
          hits[o][c] += rank <= cuts[c] ? 1 : 0;
        }
      }
    }
    for (int o = 0; o < orders.size(); o++) {
      for (int c = 0; c < cuts.length; c++) {
        figures.addShare(
            "rerank_%d_%s_recall_at_%d".formatted(depth, orders.get(o), cuts[c]),
            hits[o][c],
            questions.size());
      }
    }
    figures.addLatencies("rerank_" + depth, millis);
  }

  private static int rankOfAnswer(List<Neighbour> neighbours, Question question) {
    for (int i = 0; i < neighbours.size(); i++) {
      Neighbour neighbour = neighbours.get(i);
      if (neighbour.chunk().id().documentId().equals(question.documentId())) {
        Chunk continuation = neighbour.continuation();
        String text = neighbour.chunk().text() + (continuation == null ? "" : continuation.text());
        if (question.answers().stream().anyMatch(text::contains)) {
          return i + 1;
        }
      }
    }
    return Integer.MAX_VALUE;
  }

  private static RequestLimits limits() {
    return new RequestLimits(Deadline.in(Duration.ofMinutes(1)), new CancelSignal());
  }
}
