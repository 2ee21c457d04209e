package io.retort.benchmarks;

import io.retort.benchmarks.Questions.Paragraph;
import io.retort.data.AccessScope;
import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.DocumentBlock;
import io.retort.data.EncodedChunk;
import io.retort.indexer.ChunkDraft;
import io.retort.retriever.lucene.LuceneChunkIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Paragraphs as documents of one collection, cut, encoded and indexed as the service does it. */
final class ParagraphIndex {
  private static final String COLLECTION = "benchmark";
  static final AccessScope SCOPE = new AccessScope("benchmark", Set.of(COLLECTION));

  private ParagraphIndex() {}

  /**
   * The index of the paragraphs. The one in the folder {@code --index} is used as it is: encoding
   * takes most of the time.
   */
  static LuceneChunkIndex open(
      Flags flags, RetrievalModels models, List<Paragraph> paragraphs, Figures figures)
      throws IOException, InterruptedException, ExecutionException {
    Path given = flags.path("index");
    if (given != null && Files.isDirectory(given)) {
      return LuceneChunkIndex.open(given, models.manifest(COLLECTION));
    }
    Path folder = given == null ? Files.createTempDirectory("retort-benchmark") : given;
    var index = LuceneChunkIndex.create(folder, models.manifest(COLLECTION));
    try {
      fill(index, flags.number("threads", 2), models, paragraphs, figures);
    } catch (Throwable e) {
      index.close();
      throw e;
    }
    return index;
  }

  private static void fill(
      LuceneChunkIndex index,
      int threads,
      RetrievalModels models,
      List<Paragraph> paragraphs,
      Figures figures)
      throws IOException, InterruptedException, ExecutionException {
    long start = System.nanoTime();
    try (var executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> writes = new ArrayList<>();
      for (Paragraph paragraph : paragraphs) {
        writes.add(executor.submit(() -> index.writer().replace(block(models, paragraph))));
      }
      for (Future<?> write : writes) {
        write.get();
      }
    }
    index.writer().commit(1);
    double seconds = (System.nanoTime() - start) / 1e9;
    figures.add(
        "index_chunks", (double) index.chunks(), "chunks", paragraphs.size() + " paragraphs");
    figures.add("index_chunks_per_second", index.chunks() / seconds, "chunks/s", "one run");
  }

  private static DocumentBlock block(RetrievalModels models, Paragraph paragraph) {
    List<EncodedChunk> chunks = new ArrayList<>();
    String title = paragraph.title();
    for (ChunkDraft draft : models.chunker().chunk(paragraph.text(), List.of(), List.of())) {
      String text = draft.span().of(paragraph.text());
      var id = new ChunkId(paragraph.documentId(), draft.ordinal());
      chunks.add(
          new EncodedChunk(
              new Chunk(id, 1, COLLECTION, title, "", draft.span(), null, text),
              models.encoder().encodePassage(title, text)));
    }
    return new DocumentBlock(
        paragraph.documentId(),
        1,
        1,
        COLLECTION,
        paragraph.documentId(),
        "text/plain",
        List.of(),
        Map.of(),
        Instant.EPOCH,
        chunks);
  }
}
