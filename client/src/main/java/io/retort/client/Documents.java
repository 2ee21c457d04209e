package io.retort.client;

import java.io.FileNotFoundException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Documents: add, look, read, delete. */
public final class Documents {
  private final Http http;

  Documents(Http http) {
    this.http = http;
  }

  /** Adds or replaces 1 to 100 documents; when this returns they are on disk there. */
  public Job add(String collection, List<TextDocument> documents) {
    return http.call(
        Operation.UPLOAD_DOCUMENTS,
        Operation.UPLOAD_DOCUMENTS.of(collection),
        Map.of("documents", documents),
        Job.class);
  }

  /**
   * Adds or replaces 1 to 1,000 documents; when this returns they are on disk there. Files are read
   * as they are sent.
   *
   * @throws RetortException also if a file cannot be read
   */
  public Job upload(String collection, List<FileDocument> documents) {
    String boundary = "retort-" + UUID.randomUUID();
    Operation operation = Operation.UPLOAD_DOCUMENTS;
    // Sending may take as long as it takes.
    HttpRequest request =
        http.untimed(operation, operation.of(collection), form(documents, boundary))
            .header("Content-Type", "multipart/form-data; boundary=" + boundary)
            .build();
    return http.read(
        operation, http.send(operation, request, BodyHandlers.ofByteArray()), Job.class);
  }

  private static BodyPublisher form(List<FileDocument> documents, String boundary) {
    var parts = new ArrayList<BodyPublisher>();
    for (FileDocument document : documents) {
      parts.add(
          BodyPublishers.ofString(
              "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n"
                  .concat("Content-Type: application/octet-stream\r\n\r\n")
                  .formatted(boundary)));
      try {
        parts.add(BodyPublishers.ofFile(document.file()));
      } catch (FileNotFoundException e) {
        throw RetortException.unanswered(Operation.UPLOAD_DOCUMENTS.id(), e);
      }
      parts.add(BodyPublishers.ofString("\r\n"));
    }
    String items =
        Http.JSON.writeValueAsString(documents.stream().map(FileDocument::item).toList());
    parts.add(
        BodyPublishers.ofString(
            "--%1$s\r\nContent-Disposition: form-data; name=\"items\"\r\n"
                .concat("Content-Type: application/json\r\n\r\n%2$s\r\n--%1$s--\r\n")
                .formatted(boundary, items)));
    return BodyPublishers.concat(parts.toArray(BodyPublisher[]::new));
  }

  /** By path. */
  public Stream<Document> list(String collection) {
    return list(collection, null, null);
  }

  /**
   * By path.
   *
   * @param status only documents with this status, as {@code FAILED}
   * @param pathPrefix only documents whose path begins so
   */
  public Stream<Document> list(
      String collection, @Nullable String status, @Nullable String pathPrefix) {
    Operation operation = Operation.LIST_DOCUMENTS;
    return http.list(
        operation,
        part ->
            operation.of(collection) + part.with("status", status).with("path_prefix", pathPrefix),
        Document.class);
  }

  public Document get(String id) {
    return http.call(Operation.GET_DOCUMENT, Operation.GET_DOCUMENT.of(id), Document.class);
  }

  /** The code points from {@code start} to {@code end}, the end excluded, at most 100,000. */
  public Passage passage(String id, int start, int end) {
    return passage(id, start, end, null);
  }

  /**
   * Of the version that a citation names.
   *
   * @throws RetortException with the code {@code version_gone} if the live one is another
   */
  public Passage passage(Citation citation) {
    return passage(
        citation.documentId(),
        citation.sourceSpan().start(),
        citation.sourceSpan().end(),
        citation.version());
  }

  private Passage passage(String id, int start, int end, @Nullable Integer version) {
    var query = new Http.Query().with("start", start).with("end", end).with("version", version);
    return http.call(Operation.GET_PASSAGE, Operation.GET_PASSAGE.of(id) + query, Passage.class);
  }

  public Stream<Chunk> chunks(String id) {
    return http.list(
        Operation.LIST_CHUNKS, part -> Operation.LIST_CHUNKS.of(id) + part, Chunk.class);
  }

  /** The uploaded file. Whoever takes the bytes closes them. */
  public InputStream original(String id) {
    Operation operation = Operation.GET_ORIGINAL;
    HttpRequest request =
        http.request(operation, operation.of(id), BodyPublishers.noBody())
            .setHeader("Accept", "*/*")
            .build();
    return http.open(operation, request);
  }

  /** No search, answer or passage shows it once this has returned. */
  public void delete(String id) {
    http.run(Operation.DELETE_DOCUMENT, Operation.DELETE_DOCUMENT.of(id));
  }

  /**
   * Deletes the documents whose path begins so.
   *
   * @param purgeAnswers remove stored answers that cite them too
   * @return how many there were
   */
  public int deleteAll(String collection, String pathPrefix, boolean purgeAnswers) {
    var query =
        new Http.Query().with("path_prefix", pathPrefix).with("purge_answers", purgeAnswers);
    Operation operation = Operation.DELETE_DOCUMENTS;
    return http.call(operation, operation.of(collection) + query, Deleted.class).deleted();
  }

  /** Processes a document again. */
  public Job retry(String id) {
    return http.call(Operation.RETRY_DOCUMENT, Operation.RETRY_DOCUMENT.of(id), Job.class);
  }
}
