package io.retort.retriever;

import io.retort.data.AccessScope;
import io.retort.data.CancelSignal;
import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.Deadline;
import io.retort.data.DocumentBlock;
import io.retort.data.Embedding;
import io.retort.data.EncodedChunk;
import io.retort.data.IndexManifest;
import io.retort.data.RequestLimits;
import io.retort.data.TextSpan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Small documents for the tests of this module. */
public final class TestChunks {
  public static final Instant ADDED = Instant.parse("2026-11-25T09:00:00Z");

  private TestChunks() {}

  public static IndexManifest manifest(int dimension) {
    return new IndexManifest("store-1", "encoder-1", "tokenizer-1", "chunker-1", dimension);
  }

  /** A document whose chunks are {@code texts}, each with the embedding of the same place. */
  public static DocumentBlock block(
      String documentId, long seq, String collection, List<String> texts, List<Embedding> vectors) {
    return block(documentId, 1, seq, collection, List.of(), Map.of(), texts, vectors);
  }

  public static DocumentBlock block(
      String documentId,
      int version,
      long seq,
      String collection,
      List<String> tags,
      Map<String, Object> metadata,
      List<String> texts,
      List<Embedding> vectors) {
    List<EncodedChunk> chunks = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < texts.size(); i++) {
      int end = start + texts.get(i).codePointCount(0, texts.get(i).length());
      chunks.add(
          new EncodedChunk(
              new Chunk(
                  new ChunkId(documentId, i),
                  version,
                  collection,
                  "title of " + documentId,
                  "",
                  new TextSpan(start, end),
                  i + 1,
                  texts.get(i)),
              vectors.get(i)));
      start = end;
    }
    return new DocumentBlock(
        documentId,
        version,
        seq,
        collection,
        "folder/" + documentId + ".txt",
        "text/plain",
        tags,
        metadata,
        ADDED,
        chunks);
  }

  /** One chunk, one document. */
  public static DocumentBlock block(
      String documentId, long seq, String collection, String text, Embedding vector) {
    return block(documentId, seq, collection, List.of(text), List.of(vector));
  }

  public static Embedding unit(float... values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    float[] unit = values.clone();
    for (int h = 0; h < unit.length; h++) {
      unit[h] /= (float) Math.sqrt(squares);
    }
    return new Embedding(unit);
  }

  public static Embedding random(Random random, int dimension) {
    float[] values = new float[dimension];
    for (int h = 0; h < dimension; h++) {
      values[h] = (float) random.nextGaussian();
    }
    return unit(values);
  }

  /** A vector near {@code centre}, as chunks of one subject have. */
  public static Embedding near(Random random, Embedding centre, double noise) {
    float[] values = centre.toArray();
    for (int h = 0; h < values.length; h++) {
      values[h] += (float) (noise * random.nextGaussian() / Math.sqrt(values.length));
    }
    return unit(values);
  }

  public static AccessScope scope(String... collections) {
    return new AccessScope("tester", Set.of(collections));
  }

  public static RequestLimits plenty() {
    return new RequestLimits(Deadline.in(Duration.ofMinutes(1)), new CancelSignal());
  }
}
