package io.retort.benchmarks;

import io.retort.benchmarks.Questions.Paragraph;
import io.retort.benchmarks.Questions.Question;
import io.retort.indexer.ChunkDraft;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How fast real chunks are cut and encoded, one text a call, and how long a question takes. */
public final class EncodeSpeed {
  private static final int WARM_UP = 50;

  private EncodeSpeed() {}

  private record Passage(String title, String text) {}

  public static void main(String[] arguments) throws Exception {
    var flags =
        new Flags(
            arguments, Set.of("questions", "models", "chunks", "threads", "runs", "expected"));
    Questions set = Questions.read(flags.required("questions"));
    var figures = new Figures();
    try (var models = RetrievalModels.open(Path.of(flags.text("models", "data/models")))) {
      List<Passage> passages = passages(models, set, flags.number("chunks", 500), figures);
      encodeAll(models, passages.subList(0, Math.min(WARM_UP, passages.size())), 1);
      int runs = flags.number("runs", 3);
      for (int threads = 1; threads <= flags.number("threads", 2); threads++) {
        List<Double> rates = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
          double seconds = encodeAll(models, passages, threads);
          rates.add(passages.size() / seconds);
        }
        String metric = "encode_chunks_per_second_" + threads + "_threads";
        figures.addRuns(metric, rates, "chunks/s");
      }
      List<Double> millis = new ArrayList<>();
      for (Question question : set.sample(200)) {
        long start = System.nanoTime();
        models.encoder().encodeQuery(question.text());
        millis.add((System.nanoTime() - start) / 1e6);
      }
      figures.addLatencies("encode_question", millis);
    }
    System.exit(figures.meet(flags.path("expected")) ? 0 : 3);
  }

  private static List<Passage> passages(
      RetrievalModels models, Questions set, int wanted, Figures figures) {
    List<Passage> passages = new ArrayList<>();
    long characters = 0;
    long start = System.nanoTime();
    for (Paragraph paragraph : set.paragraphs()) {
      for (ChunkDraft draft : models.chunker().chunk(paragraph.text(), List.of(), List.of())) {
        passages.add(new Passage(paragraph.title(), draft.span().of(paragraph.text())));
      }
      characters += paragraph.text().length();
      if (passages.size() >= wanted) {
        break;
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    String spread = String.format(Locale.ROOT, "cold, one run, %d characters", characters);
    figures.add("chunker_chunks_per_second", passages.size() / seconds, "chunks/s", spread);
    return passages;
  }

  private static double encodeAll(RetrievalModels models, List<Passage> passages, int threads)
      throws InterruptedException, ExecutionException {
    long start = System.nanoTime();
    try (var pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (Passage passage : passages) {
        all.add(pool.submit(() -> models.encoder().encodePassage(passage.title(), passage.text())));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }
}
