package io.retort.web.durability;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.data.AccessScope;
import io.retort.data.ChunkWriter;
import io.retort.data.Embedding;
import io.retort.data.IndexManifest;
import io.retort.data.TextSpan;
import io.retort.data.store.LedgerStore;
import io.retort.encoder.TextEncoder;
import io.retort.indexer.ChunkDraft;
import io.retort.indexer.IngestOptions;
import io.retort.indexer.IngestParts;
import io.retort.indexer.IngestService;
import io.retort.indexer.Milestones;
import io.retort.indexer.NewCollection;
import io.retort.indexer.ParseOutcome;
import io.retort.indexer.ParsedDocument;
import io.retort.indexer.TextCutter;
import io.retort.indexer.TextExtraction;
import io.retort.retriever.lucene.LuceneIndexFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A whole store as it is shipped, ledger, originals and Lucene index, with an encoder that costs
 * nothing and one chunk a line.
 */
final class CrashRig implements AutoCloseable {
  static final String COLLECTION = "crash";
  static final AccessScope SCOPE = new AccessScope("tester", Set.of(COLLECTION));
  private static final int DIMENSION = 8;

  final LedgerStore store;
  final LuceneIndexFolder index;
  final IngestService service;

  private CrashRig(LedgerStore store, LuceneIndexFolder index, IngestService service) {
    this.store = store;
    this.index = index;
    this.service = service;
  }

  /**
   * @param disguise what the service is given for the index's writer: a mutant, or the writer
   *     itself
   */
  static CrashRig open(Path folder, Milestones milestones, UnaryOperator<ChunkWriter> disguise)
      throws IOException {
    LedgerStore store = LedgerStore.open(folder);
    var manifest = new IndexManifest(store.storeId(), "hash", "none", "lines", DIMENSION);
    LuceneIndexFolder index = LuceneIndexFolder.open(store.indexFolder(), manifest);
    var parts =
        new IngestParts(
            disguise.apply(index.live().writer()), new PlainText(), new Lines(), new HashEncoder());
    var options =
        new IngestOptions(
            2,
            2,
            1 << 20,
            1 << 24,
            16,
            Duration.ofMillis(100),
            Duration.ofDays(1),
            0.99,
            0.99,
            milestones);
    IngestService service = IngestService.start(store, parts, options);
    if (store.documents().collection(COLLECTION, SCOPE).isEmpty()) {
      service.createCollection(NewCollection.named(COLLECTION));
    }
    return new CrashRig(store, index, service);
  }

  /** The text of one revision of a path: it can be told from every other. */
  static String text(String path, int revision) {
    var text = new StringBuilder();
    int lines = 1 + Math.floorMod(path.hashCode() + revision, 5);
    for (int line = 0; line < lines; line++) {
      text.append("%s revision %d line %d%n".formatted(path, revision, line));
    }
    return text.toString();
  }

  @Override
  public void close() {
    service.close();
    index.close();
    store.close();
  }

  private static final class PlainText implements TextExtraction {
    @Override
    public ParseOutcome parse(Path original, String name, @Nullable String declaredType) {
      try {
        String text = Files.readString(original, UTF_8);
        return new ParseOutcome.Parsed(
            new ParsedDocument(text, null, "text/plain", List.of(), List.of(), List.of()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class Lines implements TextCutter {
    @Override
    public List<ChunkDraft> chunk(ParsedDocument document) {
      List<ChunkDraft> chunks = new ArrayList<>();
      int start = 0;
      for (int at = 0; at < document.text().length(); at++) {
        if (document.text().charAt(at) == '\n') {
          chunks.add(new ChunkDraft(chunks.size(), new TextSpan(start, at + 1), "", null));
          start = at + 1;
        }
      }
      return chunks;
    }

    @Override
    public String fingerprint() {
      return "lines";
    }
  }

  private static final class HashEncoder implements TextEncoder {
    @Override
    public String fingerprint() {
      return "hash";
    }

    @Override
    public int dimension() {
      return DIMENSION;
    }

    @Override
    public int tokens(String text) {
      return text.length();
    }

    @Override
    public long nativeBytes() {
      return 0;
    }

    @Override
    public int maxTokens() {
      return 512;
    }

    @Override
    public Embedding encodePassage(@Nullable String title, String text) {
      return embedding(title + "\n" + text);
    }

    @Override
    public Embedding encodeQuery(String question) {
      return embedding(question);
    }

    @Override
    public List<Embedding> encode(List<String> texts) {
      return texts.stream().map(HashEncoder::embedding).toList();
    }

    private static Embedding embedding(String text) {
      Random random = new Random(text.hashCode());
      double[] values = random.doubles(DIMENSION, -1, 1).toArray();
      double squares = 0;
      for (double value : values) {
        squares += value * value;
      }
      float[] unit = new float[DIMENSION];
      for (int h = 0; h < DIMENSION; h++) {
        unit[h] = (float) (values[h] / Math.sqrt(squares));
      }
      return new Embedding(unit);
    }

    @Override
    public void close() {}
  }
}
