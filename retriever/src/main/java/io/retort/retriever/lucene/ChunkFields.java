package io.retort.retriever.lucene;

import static java.util.Objects.requireNonNull;

import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.DocumentBlock;
import io.retort.data.EncodedChunk;
import io.retort.data.TextSpan;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.DoublePoint;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * The fields of the index: one Lucene document a chunk, with everything that a neighbour shows, so
 * that reading one needs no database. Change {@link #SCHEMA} with the fields.
 */
final class ChunkFields {
  /** Version of these fields, kept in each commit's user data. */
  static final String SCHEMA = "1";

  static final String DOCUMENT = "document_id";
  static final String CHUNK = "chunk_id";
  static final String COLLECTION = "collection";
  static final String ORDINAL = "ordinal";
  static final String VERSION = "version";
  static final String SEQ = "seq";

  /** Title, chunk and continuation, analysed: what BM25 sees. */
  static final String WORDS = "words";

  static final String EMBEDDING = "embedding";

  /** Names of the filterable fields that the chunk has a value for. */
  static final String PRESENT = "present";

  private static final String TITLE = "title";
  private static final String HEADING = "heading";
  private static final String TEXT = "text";
  private static final String START = "start";
  private static final String END = "end";
  private static final String PAGE = "page";

  private ChunkFields() {}

  static List<Document> documents(DocumentBlock block) {
    Map<Integer, Chunk> byOrdinal = new HashMap<>();
    for (EncodedChunk encoded : block.chunks()) {
      byOrdinal.put(encoded.chunk().id().ordinal(), encoded.chunk());
    }
    List<Document> documents = new ArrayList<>(block.chunks().size());
    for (EncodedChunk encoded : block.chunks()) {
      Chunk chunk = encoded.chunk();
      Document document = stored(chunk);
      document.add(new StringField(CHUNK, chunk.id().toString(), Field.Store.NO));
      document.add(new SortedDocValuesField(DOCUMENT, new BytesRef(block.documentId())));
      document.add(new NumericDocValuesField(ORDINAL, chunk.id().ordinal()));
      document.add(new NumericDocValuesField(VERSION, block.version()));
      document.add(new NumericDocValuesField(SEQ, block.seq()));
      document.add(
          new KnnFloatVectorField(
              EMBEDDING, encoded.embedding().toArray(), VectorSimilarityFunction.DOT_PRODUCT));
      addWords(document, chunk, byOrdinal.get(chunk.id().ordinal() + 1));
      addFilters(document, block, chunk);
      documents.add(document);
    }
    return documents;
  }

  static Chunk chunk(StoredFields storedFields, int docId) throws IOException {
    Document stored = storedFields.document(docId);
    Number page = stored.getField(PAGE) == null ? null : number(stored, PAGE);
    return new Chunk(
        ChunkId.parse(string(stored, CHUNK)),
        number(stored, VERSION).intValue(),
        string(stored, COLLECTION),
        string(stored, TITLE),
        string(stored, HEADING),
        new TextSpan(number(stored, START).intValue(), number(stored, END).intValue()),
        page == null ? null : page.intValue(),
        string(stored, TEXT));
  }

  private static Document stored(Chunk chunk) {
    var document = new Document();
    document.add(new StoredField(CHUNK, chunk.id().toString()));
    document.add(new StoredField(VERSION, chunk.version()));
    document.add(new StoredField(COLLECTION, chunk.collection()));
    document.add(new StoredField(TITLE, chunk.title()));
    document.add(new StoredField(HEADING, chunk.heading()));
    document.add(new StoredField(START, chunk.span().start()));
    document.add(new StoredField(END, chunk.span().end()));
    if (chunk.page() != null) {
      document.add(new StoredField(PAGE, chunk.page()));
    }
    document.add(new StoredField(TEXT, chunk.text()));
    return document;
  }

  private static void addWords(Document document, Chunk chunk, @Nullable Chunk continuation) {
    document.add(new TextField(WORDS, chunk.title(), Field.Store.NO));
    document.add(new TextField(WORDS, chunk.text(), Field.Store.NO));
    if (continuation != null) {
      document.add(new TextField(WORDS, continuation.text(), Field.Store.NO));
    }
  }

  private static void addFilters(Document document, DocumentBlock block, Chunk chunk) {
    document.add(new StringField(COLLECTION, chunk.collection(), Field.Store.NO));
    addValue(document, DOCUMENT, block.documentId());
    addValue(document, "path", block.path());
    addValue(document, "media_type", block.mediaType());
    for (String tag : block.tags()) {
      addValue(document, "tags", tag);
    }
    if (chunk.page() != null) {
      addValue(document, PAGE, (long) chunk.page());
    }
    addValue(document, "added_at", block.addedAt());
    block.metadata().forEach((name, value) -> addValue(document, "metadata." + name, value));
  }

  /** The type is part of a value field's name: two collections may declare one name differently. */
  private static void addValue(Document document, String field, Object value) {
    document.add(new StringField(PRESENT, field, Field.Store.NO));
    switch (value) {
      case String text -> document.add(new StringField(keyword(field), text, Field.Store.NO));
      case Boolean truth ->
          document.add(new StringField(keyword(field), truth.toString(), Field.Store.NO));
      case Long integer -> document.add(new LongPoint(integer(field), integer));
      case Double number -> document.add(new DoublePoint(number(field), number));
      case Instant time -> document.add(new LongPoint(date(field), time.toEpochMilli()));
      default ->
          throw new IllegalArgumentException(
              "field %s has a %s; values are String, Long, Double, Boolean or Instant"
                  .formatted(field, value.getClass().getName()));
    }
  }

  static String keyword(String field) {
    return DOCUMENT.equals(field) ? DOCUMENT : field + "#keyword";
  }

  static String integer(String field) {
    return field + "#integer";
  }

  static String number(String field) {
    return field + "#number";
  }

  static String date(String field) {
    return field + "#date";
  }

  private static String string(Document stored, String field) {
    return requireNonNull(stored.get(field), field);
  }

  private static Number number(Document stored, String field) {
    return requireNonNull(requireNonNull(stored.getField(field), field).numericValue(), field);
  }
}
