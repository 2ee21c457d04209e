package io.retort.retriever.lucene;

import io.retort.data.IndexDamagedException;
import io.retort.data.IndexManifest;
import io.retort.data.IndexMismatchException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The user data of a commit: what the index was built with, and how far the ledger has come in it.
 */
final class CommitData {
  private static final String LAST_SEQ = "last_seq";
  private static final String STORE = "store_uuid";
  private static final String ENCODER = "encoder_fingerprint";
  private static final String DIMENSION = "dimension";
  private static final String TOKENIZER = "tokenizer_sha256";
  private static final String CHUNKER = "chunker_fingerprint";
  private static final String ANALYZER = "analyzer";
  private static final String SCHEMA = "schema";
  private static final String PROGRAM = "retort_version";

  private CommitData() {}

  static Map<String, String> of(IndexManifest manifest, long lastSeq) {
    Map<String, String> data = new LinkedHashMap<>();
    data.put(LAST_SEQ, Long.toString(lastSeq));
    data.put(STORE, manifest.storeId());
    data.put(ENCODER, manifest.encoderFingerprint());
    data.put(DIMENSION, Integer.toString(manifest.dimension()));
    data.put(TOKENIZER, manifest.tokenizerSha256());
    data.put(CHUNKER, manifest.chunkerFingerprint());
    data.put(ANALYZER, WordAnalyzer.NAME);
    data.put(SCHEMA, ChunkFields.SCHEMA);
    data.put(PROGRAM, programVersion());
    return data;
  }

  static long lastSeq(Map<String, String> data) {
    return Long.parseLong(value(data, LAST_SEQ));
  }

  /**
   * Refuses an index that the loaded models cannot search, or that belongs to another store.
   *
   * @throws IndexMismatchException naming both sides
   * @throws IndexDamagedException if the index is another store's
   */
  static void check(Map<String, String> data, IndexManifest loaded) {
    if (!value(data, STORE).equals(loaded.storeId())) {
      throw new IndexDamagedException(
          "the index belongs to store %s, not to %s".formatted(data.get(STORE), loaded.storeId()),
          null);
    }
    String dimension = Integer.toString(loaded.dimension());
    String encoder = loaded.encoderFingerprint();
    if (!value(data, ENCODER).equals(encoder) || !value(data, DIMENSION).equals(dimension)) {
      throw new IndexMismatchException(
          ("the index was built with encoder %s (%s dimensions), but %s (%s) is loaded;"
                  + " re-index, or load the first")
              .formatted(data.get(ENCODER), data.get(DIMENSION), encoder, dimension));
    }
    same("tokenizer", value(data, TOKENIZER), loaded.tokenizerSha256());
    same("chunker", value(data, CHUNKER), loaded.chunkerFingerprint());
    same("analyzer", value(data, ANALYZER), WordAnalyzer.NAME);
    same("schema", value(data, SCHEMA), ChunkFields.SCHEMA);
  }

  private static void same(String what, String indexed, String loaded) {
    if (!indexed.equals(loaded)) {
      throw new IndexMismatchException(
          "the index was built with %s %s, but %s is loaded; re-index, or load the first"
              .formatted(what, indexed, loaded));
    }
  }

  private static String value(Map<String, String> data, String key) {
    @Nullable String value = data.get(key);
    if (value == null) {
      throw new IndexDamagedException(
          "the commit's user data lack %s, they hold %s".formatted(key, data.keySet()), null);
    }
    return value;
  }

  private static String programVersion() {
    String version = CommitData.class.getPackage().getImplementationVersion();
    return version == null ? "unreleased" : version;
  }
}
