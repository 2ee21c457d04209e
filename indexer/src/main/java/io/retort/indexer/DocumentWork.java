package io.retort.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.DocumentBlock;
import io.retort.data.Embedding;
import io.retort.data.EncodedChunk;
import io.retort.data.TextSpan;
import io.retort.data.store.ContentFolder;
import io.retort.data.store.Contents;
import io.retort.data.store.DamagedContentException;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.DocumentStructure;
import io.retort.data.store.EncodedText;
import io.retort.data.store.EncodedTexts;
import io.retort.data.store.ItemPhase;
import io.retort.data.store.LedgerStore;
import io.retort.data.store.OperationKind;
import io.retort.data.store.ParsedVersion;
import io.retort.data.store.Reason;
import io.retort.data.store.Work;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * One operation, from the original to the block that the index will hold: parse, keep the text,
 * cut, encode. What an earlier try, or another document with the same content in the collection,
 * has made already is taken from the store. Safe for use by many threads.
 */
final class DocumentWork {
  private static final Reason ORIGINAL_MISSING =
      new Reason(
          "original_missing", "the stored original is missing or damaged; upload the file again");
  private static final Reason EMPTY = new Reason("empty", "the file has no bytes");
  private static final Reason NOTHING_VISIBLE =
      new Reason("empty", "the file has no visible characters");

  private final LedgerStore store;
  private final Contents contents;
  private final IngestParts parts;
  private final EncodePool encoders;
  private final Milestones milestones;

  DocumentWork(LedgerStore store, IngestParts parts, EncodePool encoders, Milestones milestones) {
    this.store = store;
    this.contents = store.contents();
    this.parts = parts;
    this.encoders = encoders;
    this.milestones = milestones;
  }

  /** What is to happen in the index. */
  sealed interface Result {
    Work work();

    record Write(Work work, DocumentBlock block) implements Result {}

    record Delete(Work work) implements Result {}

    /** The document is final, and the index stays as it is. */
    record Nothing(Work work) implements Result {}
  }

  /**
   * Does the work up to the index; empty if it was overtaken.
   *
   * @throws InterruptedException if it was cancelled while it parsed
   * @throws CancellationException if it was cancelled later
   */
  Optional<Result> run(Task task) throws InterruptedException, IOException {
    Work work = task.work();
    if (work.kind() == OperationKind.DELETE) {
      task.enter(ItemPhase.WRITING);
      return Optional.of(new Result.Delete(work));
    }
    if (work.kind() != OperationKind.PUT && !work.live()) {
      return Optional.of(new Result.Nothing(work)); // it never became searchable: nothing to write
    }
    @Nullable String overtaken;
    @Nullable String overtakenPlaces;
    try (var extract = extract(task)) {
      milestones.reached(Milestone.PARSED);
      EncodedText encoded =
          extract.text() == null ? new EncodedText(List.of()) : encode(task, extract);
      ParsedVersion parsed = extract.parsed(encoded.parts().size());
      task.enter(ItemPhase.WRITING);
      if (store.work().prepared(work, parsed)) {
        milestones.reached(Milestone.PREPARED);
        if (!parsed.searchable()) {
          return Optional.of(work.live() ? new Result.Delete(work) : new Result.Nothing(work));
        }
        return Optional.of(new Result.Write(work, block(work, extract, encoded)));
      }
      overtaken = extract.textSha256();
      overtakenPlaces = extract.placesSha256();
    }
    if (overtaken != null) {
      // Whoever deleted the document could not: it was pinned.
      contents.discardText(overtaken, overtakenPlaces);
    }
    return Optional.empty();
  }

  /**
   * A text with what is known about it, pinned until the ledger names it.
   *
   * @param text null if there is none
   * @param textSha256 null if there is none
   * @param placesSha256 null if nobody knows where the text stands on its pages
   */
  private record Extract(
      DocumentStatus status,
      @Nullable Reason reason,
      @Nullable String mediaType,
      @Nullable String title,
      @Nullable String text,
      @Nullable String textSha256,
      @Nullable String placesSha256,
      @Nullable String embeddings,
      DocumentStructure structure,
      @Nullable Integer pages,
      List<String> warnings,
      List<ContentFolder.Pin> pins)
      implements AutoCloseable {
    static Extract without(DocumentStatus status, Reason reason) {
      return new Extract(
          status,
          reason,
          null,
          null,
          null,
          null,
          null,
          null,
          new DocumentStructure(List.of(), List.of()),
          null,
          List.of(),
          List.of());
    }

    static Extract of(ParsedVersion parsed, @Nullable String text, String embeddings) {
      return new Extract(
          parsed.status(),
          parsed.reason(),
          parsed.mediaType(),
          parsed.title(),
          text,
          parsed.textSha256(),
          parsed.placesSha256(),
          embeddings,
          parsed.structure(),
          parsed.pages(),
          parsed.warnings(),
          List.of());
    }

    ParsedVersion parsed(int chunks) {
      boolean blank = chunks == 0 && status == DocumentStatus.SEARCHABLE;
      return new ParsedVersion(
          blank ? DocumentStatus.NO_TEXT : status,
          blank ? NOTHING_VISIBLE : reason,
          mediaType,
          title,
          textSha256,
          placesSha256,
          embeddings,
          structure,
          text == null ? 0 : text.codePointCount(0, text.length()),
          chunks,
          pages,
          warnings);
    }

    @Override
    public void close() {
      pins.forEach(ContentFolder.Pin::close);
    }
  }

  private Extract extract(Task task) throws InterruptedException, IOException {
    Work work = task.work();
    ParsedVersion known = work.parsed();
    if (known == null && work.kind() == OperationKind.PUT) {
      known = store.work().twin(work).orElse(null);
    }
    if (known != null && known.textSha256() != null) {
      Optional<String> text = storedText(known.textSha256());
      if (text.isPresent()) {
        return Extract.of(known, text.get(), key(work, known.textSha256()));
      }
    }
    return parse(task);
  }

  private Optional<String> storedText(String sha256) {
    try {
      return Optional.of(new String(contents.texts().read(sha256), UTF_8));
    } catch (DamagedContentException e) {
      System.getLogger(DocumentWork.class.getName())
          .log(System.Logger.Level.WARNING, "a text is lost, its original is read again", e);
      return Optional.empty();
    }
  }

  private Extract parse(Task task) throws InterruptedException, IOException {
    Work work = task.work();
    if (work.bytes() == 0) {
      return Extract.without(DocumentStatus.NO_TEXT, EMPTY);
    }
    if (!contents.originals().intact(work.sha256())) {
      return Extract.without(DocumentStatus.FAILED, ORIGINAL_MISSING);
    }
    Path original = contents.originals().find(work.sha256()).orElseThrow();
    String name = work.path().substring(work.path().lastIndexOf('/') + 1);
    ParseOutcome outcome =
        task.parse(() -> parts.extraction().parse(original, name, work.declaredType()));
    return switch (outcome) {
      case ParseOutcome.Parsed all -> keep(work, DocumentStatus.SEARCHABLE, null, all.document());
      case ParseOutcome.Partial some ->
          keep(work, DocumentStatus.PARTIAL, some.reason(), some.document());
      case ParseOutcome.NoText little ->
          keep(work, DocumentStatus.NO_TEXT, little.reason(), little.document());
      case ParseOutcome.Encrypted closed ->
          Extract.without(DocumentStatus.ENCRYPTED, closed.reason());
      case ParseOutcome.Unsupported unknown ->
          Extract.without(DocumentStatus.UNSUPPORTED, unknown.reason());
      case ParseOutcome.Limit limit -> Extract.without(DocumentStatus.LIMIT, limit.reason());
      case ParseOutcome.Failed failed -> Extract.without(DocumentStatus.FAILED, failed.reason());
    };
  }

  /**
   * Forces the text with its places: offsets count in it, and no block may name it before it is
   * there to stay.
   */
  private Extract keep(
      Work work, DocumentStatus status, @Nullable Reason reason, ParsedDocument document)
      throws IOException {
    var pins = new ArrayList<ContentFolder.Pin>(2);
    pins.add(contents.texts().keep(document.text().getBytes(UTF_8)));
    String sha256 = pins.getFirst().sha256().getFirst();
    String placesSha256 = null;
    if (document.places() != null) {
      try {
        pins.add(contents.places().keep(document.places().toBytes()));
      } catch (IOException | RuntimeException e) {
        pins.getFirst().close();
        throw e;
      }
      placesSha256 = pins.getLast().sha256().getFirst();
    }
    return new Extract(
        status,
        reason,
        document.mediaType(),
        document.title(),
        document.text(),
        sha256,
        placesSha256,
        key(work, sha256),
        structure(document),
        document.pages().isEmpty() ? null : document.pages().getLast().number(),
        document.warnings(),
        pins);
  }

  private String key(Work work, String textSha256) {
    return EncodedTexts.key(
        work.collection(),
        work.sha256(),
        textSha256,
        parts.encoder().fingerprint(),
        parts.cutter().fingerprint());
  }

  private static DocumentStructure structure(ParsedDocument document) {
    return new DocumentStructure(
        document.pages().stream()
            .map(page -> new DocumentStructure.Page(page.number(), page.span()))
            .toList(),
        document.headings().stream()
            .map(heading -> new DocumentStructure.Heading(heading.level(), heading.span()))
            .toList());
  }

  private EncodedText encode(Task task, Extract extract) throws IOException {
    String key = extract.embeddings();
    String text = extract.text();
    if (key == null || text == null) {
      throw new IllegalArgumentException("there is nothing to encode");
    }
    Optional<EncodedText> known = contents.encodedTexts().read(key);
    if (known.isPresent()) {
      task.encoding(known.get().parts().size());
      task.encoded(known.get().parts().size());
      return known.get();
    }
    task.enter(ItemPhase.CHUNKING);
    List<ChunkDraft> drafts = parts.cutter().chunk(document(extract, text));
    List<String> pieces = pieces(text, drafts.stream().map(ChunkDraft::span).toList());
    task.encoding(pieces.size());
    List<Embedding> embeddings =
        encoders.encode(
            task.work().shownTitle(extract.title()),
            pieces,
            task::cancelled,
            done -> {
              task.encoded(done);
              milestones.reached(Milestone.ENCODING);
            });
    List<EncodedText.Part> encoded = new ArrayList<>(drafts.size());
    for (int i = 0; i < drafts.size(); i++) {
      ChunkDraft draft = drafts.get(i);
      encoded.add(
          new EncodedText.Part(draft.span(), draft.heading(), draft.page(), embeddings.get(i)));
    }
    EncodedText result = new EncodedText(encoded);
    contents.encodedTexts().write(key, result);
    return result;
  }

  /** The document again as its parser gave it, from what is kept of it. */
  private static ParsedDocument document(Extract extract, String text) {
    return new ParsedDocument(
        text,
        extract.title(),
        extract.mediaType() == null ? "text/plain" : extract.mediaType(),
        extract.structure().pages().stream()
            .map(page -> new PageSpan(page.number(), page.span()))
            .toList(),
        extract.structure().headings().stream()
            .map(heading -> new HeadingSpan(heading.level(), heading.span()))
            .toList(),
        extract.warnings());
  }

  /** The texts of ascending spans, found in one walk over the text. */
  private static List<String> pieces(String text, List<TextSpan> spans) {
    List<String> pieces = new ArrayList<>(spans.size());
    int codePoint = 0;
    int place = 0;
    for (TextSpan span : spans) {
      int start = text.offsetByCodePoints(place, span.start() - codePoint);
      int end = text.offsetByCodePoints(start, span.length());
      pieces.add(text.substring(start, end));
      place = start;
      codePoint = span.start();
    }
    return pieces;
  }

  private DocumentBlock block(Work work, Extract extract, EncodedText encoded) {
    String text = extract.text();
    if (text == null) {
      throw new IllegalArgumentException("there is no block without a text");
    }
    String title = work.shownTitle(extract.title());
    List<String> pieces =
        pieces(text, encoded.parts().stream().map(EncodedText.Part::span).toList());
    List<EncodedChunk> chunks = new ArrayList<>(pieces.size());
    for (int ordinal = 0; ordinal < pieces.size(); ordinal++) {
      EncodedText.Part part = encoded.parts().get(ordinal);
      chunks.add(
          new EncodedChunk(
              new Chunk(
                  new ChunkId(work.documentId(), ordinal),
                  work.version(),
                  work.collection(),
                  title,
                  part.heading(),
                  part.span(),
                  part.page(),
                  pieces.get(ordinal)),
              part.embedding()));
    }
    String declared = work.declaredType();
    return new DocumentBlock(
        work.documentId(),
        work.version(),
        work.seq(),
        work.collection(),
        work.path(),
        extract.mediaType() != null
            ? extract.mediaType()
            : declared != null ? declared : "application/octet-stream",
        work.tags(),
        DeclaredFields.values(work.fields(), work.metadata()),
        work.addedAt(),
        chunks);
  }
}
