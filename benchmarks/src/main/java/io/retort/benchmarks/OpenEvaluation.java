package io.retort.benchmarks;

import static java.util.Objects.requireNonNull;

import io.retort.benchmarks.Questions.Paragraph;
import io.retort.data.CancelSignal;
import io.retort.data.Deadline;
import io.retort.data.RequestLimits;
import io.retort.data.SearchMode;
import io.retort.generator.AnswerStyle;
import io.retort.generator.Diagnostics;
import io.retort.generator.NeighbourSource;
import io.retort.generator.SourceText;
import io.retort.generator.TraceEntry;
import io.retort.retriever.IndexGaps;
import io.retort.retriever.RetrievalRequest;
import io.retort.retriever.Retriever;
import io.retort.retriever.lucene.LuceneChunkIndex;
import io.retort.web.evaluation.GivenReader;
import io.retort.web.evaluation.GivenReader.Reading;
import io.retort.web.evaluation.Question;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * Answers from an index: retriever and generator as the service has them, over the contexts of a
 * question set and what is put beside them. Every finished chunk of an answer retrieves again,
 * unless {@code --again off} keeps what the question found. {@code --support off} asks as if the
 * question's own paragraph was not in the index, so that no answer is the right one.
 */
public final class OpenEvaluation {
  private static final int K = 4;
  private static final int PER_DOCUMENT = 2;

  private OpenEvaluation() {}

  public static void main(String[] arguments) throws Exception {
    var flags =
        new Flags(
            arguments,
            Set.of(
                "questions",
                "beside",
                "models",
                "index",
                "limit",
                "threads",
                "style",
                "min-confidence",
                "again",
                "support",
                "out",
                "expected"));
    Questions set = Questions.read(flags.required("questions"));
    Path beside = flags.path("beside");
    Questions collection = beside == null ? set : set.beside(beside);
    Path folder = Path.of(flags.text("models", "data/models"));
    int threads = flags.number("threads", 1);
    var figures = new Figures();
    try (var models = RetrievalModels.open(folder);
        LuceneChunkIndex index =
            ParagraphIndex.open(flags, models, collection.paragraphs(), figures);
        var answers = AnswerModels.open(folder, threads);
        var executor = Executors.newFixedThreadPool(threads)) {
      var retriever =
          new Retriever(models.encoder(), index::searcher, (found, scope) -> found, IndexGaps.NONE);
      String threshold = flags.text("min-confidence", "0");
      var reader =
          new GivenReader(
              answers.generator(),
              AnswerStyle.parse(flags.text("style", "short")),
              null,
              threshold.equals("calibrated") ? null : Double.valueOf(threshold),
              Diagnostics.NONE);
      Map<String, String> texts =
          collection.paragraphs().stream()
              .collect(Collectors.toMap(Paragraph::documentId, Paragraph::text));
      SourceText source =
          (document, version, span) -> span.of(requireNonNull(texts.get(document), document));
      boolean frozen = !flags.on("again");
      boolean without = !flags.on("support");
      List<Future<Reading>> readings = new ArrayList<>();
      for (Questions.Question asked : set.sample(flags.number("limit", Integer.MAX_VALUE))) {
        String own = asked.documentId();
        NeighbourSource found = neighbours(retriever, without ? own : "");
        Question question =
            question(readings.size(), asked, requireNonNull(texts.get(own), own), without);
        readings.add(executor.submit(() -> reader.read(question, found, source, frozen)));
      }
      List<Reading> read = new ArrayList<>();
      for (Future<Reading> reading : readings) {
        read.add(reading.get());
      }
      report(read, figures);
      Path out = flags.path("out");
      if (out != null) {
        ReaderEvaluation.write(read, out);
      }
    }
    System.exit(figures.meet(flags.path("expected")) ? 0 : 3);
  }

  private static Question question(
      int number, Questions.Question asked, String context, boolean without) {
    List<String> answers = without ? List.of() : asked.answers();
    return new Question(
        "q" + number, asked.text(), answers, null, List.of(), context, List.of(), -1);
  }

  /**
   * As answers ask: four neighbours, at most two of one document where others fill the rest.
   *
   * @param left a document that is as if it was not in the collection; empty for none
   */
  private static NeighbourSource neighbours(Retriever retriever, String left) {
    int more = left.isEmpty() ? 0 : PER_DOCUMENT;
    return query -> {
      var request =
          new RetrievalRequest(
              query.text(),
              K + more,
              SearchMode.HYBRID,
              List.of(),
              RetrievalRequest.DEFAULT_CANDIDATES,
              PER_DOCUMENT);
      var limits = new RequestLimits(Deadline.in(Duration.ofMinutes(1)), new CancelSignal());
      return retriever.retrieve(request, ParagraphIndex.SCOPE, limits).neighbours().stream()
          .filter(neighbour -> !neighbour.chunk().id().documentId().equals(left))
          .limit(K)
          .toList();
    };
  }

  private static void report(List<Reading> readings, Figures figures) {
    ReaderEvaluation.report(readings, figures);
    int found =
        (int)
            readings.stream()
                .map(Reading::row)
                .filter(row -> row.searchRank() != null && row.searchRank() <= K)
                .count();
    figures.addShare("answer_among_neighbours", found, readings.size());
    List<Double> tokens = new ArrayList<>();
    int again = 0;
    for (Reading reading : readings) {
      tokens.add((double) reading.answer().tokens().size());
      List<TraceEntry> trace = reading.answer().trace();
      again += trace.size() > 1 ? 1 : 0;
    }
    ReaderEvaluation.addMean(figures, "tokens", tokens);
    figures.addShare("several_chunks", again, readings.size());
  }
}
