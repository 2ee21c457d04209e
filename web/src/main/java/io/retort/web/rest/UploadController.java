package io.retort.web.rest;

import io.retort.indexer.Accepted;
import io.retort.indexer.Idempotency;
import io.retort.indexer.Upload;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.json.RecordReader;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.retort.web.search.Gate;
import io.retort.web.search.Gates;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Uploads: files as multipart, or texts as JSON. */
@RestController
@Tag(name = "Documents")
@RequestMapping(path = "/api/v1/collections/{collection}/documents", produces = "application/json")
class UploadController {
  private static final String UPLOAD =
      "Files as multipart/form-data, or texts as JSON. The answer comes once everything is on disk:"
          + " nothing that was accepted is forgotten. The job tells what became of each.";

  private static final int MOST_FILES = 1_000;
  private static final int LARGEST_ITEMS_PART = 16 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final DocumentService documents;
  private final AccessScopes scopes;
  private final Gate gate;

  UploadController(DocumentService documents, AccessScopes scopes, Gates gates) {
    this.gate = gates.open("uploads", "an upload", 4, 16);
    this.documents = documents;
    this.scopes = scopes;
  }

  @RequestBodyModel(maxBytes = 16 << 20)
  @Schema(name = "TextDocuments")
  record TextsBody(@NotNull @Size(min = 1, max = 100) List<TextDocument> documents) {}

  @RequestBodyModel
  @Schema(name = "FileItem")
  record ItemBody(
      @Nullable String path,
      @Size(min = 0, max = 300) @Nullable String title,
      @Size(min = 0, max = 32) @Nullable List<@Size(min = 1, max = 64) String> tags,
      @Size(min = 0, max = 64) @Nullable Map<String, Object> metadata) {
    static final ItemBody NONE = new ItemBody(null, null, null, null);
  }

  @PostMapping(consumes = "application/json")
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      operationId = "uploadDocuments",
      summary = "Add or replace documents",
      description = UPLOAD)
  @Refuses({
    ProblemCode.COLLECTION_NOT_FOUND,
    ProblemCode.INVALID_MULTIPART,
    ProblemCode.IDEMPOTENCY_KEY_REUSED,
    ProblemCode.STORAGE_FULL,
    ProblemCode.OVERLOADED,
    ProblemCode.INDEX_DEGRADED
  })
  @Requires(Scope.WRITE)
  ResponseEntity<JobView> uploadTexts(
      @PathVariable String collection,
      @RequestBody TextsBody body,
      Caller caller,
      HttpServletRequest request)
      throws Exception {
    return accept(
        collection, body.documents().stream().map(TextDocument::upload).toList(), caller, request);
  }

  @PostMapping(consumes = "multipart/form-data")
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      operationId = "uploadDocuments",
      summary = "Add or replace documents",
      description = UPLOAD)
  @Refuses({
    ProblemCode.COLLECTION_NOT_FOUND,
    ProblemCode.INVALID_MULTIPART,
    ProblemCode.IDEMPOTENCY_KEY_REUSED,
    ProblemCode.STORAGE_FULL,
    ProblemCode.OVERLOADED,
    ProblemCode.INDEX_DEGRADED
  })
  @Requires(Scope.WRITE)
  @io.swagger.v3.oas.annotations.parameters.RequestBody(
      content =
          @Content(
              mediaType = "multipart/form-data",
              schema = @Schema(implementation = FilesForm.class)))
  ResponseEntity<JobView> uploadFiles(
      @PathVariable String collection, Caller caller, HttpServletRequest request) throws Exception {
    documents.requireCollection(collection, scopes.of(caller));
    return gate.pass(
            caller,
            PATIENCE,
            () -> {
              List<Part> parts = parts(request);
              try {
                return accept(collection, uploads(parts), caller, request);
              } finally {
                for (Part part : parts) {
                  part.delete();
                }
              }
            })
        .result();
  }

  /** The form of a multipart upload, for the OpenAPI description. */
  @RequestBodyModel
  @Schema(name = "Files")
  record FilesForm(@NotNull List<byte[]> file, @Nullable List<ItemBody> items) {}

  private static List<Part> parts(HttpServletRequest request) throws Exception {
    try {
      return List.copyOf(request.getParts());
    } catch (IllegalStateException e) {
      // The container's limits: the request's size, or the number of parts.
      String message = String.valueOf(e.getMessage());
      throw message.contains("size")
          ? new ApiException(ProblemCode.BODY_TOO_LARGE, "the upload is larger than allowed", e)
          : invalid("the upload has more than " + MOST_FILES + " files", e);
    } catch (IOException | jakarta.servlet.ServletException e) {
      if (e.getCause() instanceof java.net.SocketTimeoutException
          || e instanceof java.net.SocketTimeoutException) {
        throw e;
      }
      throw invalid("the body is not a complete multipart/form-data upload", e);
    }
  }

  private static ApiException invalid(String detail, @Nullable Throwable cause) {
    return cause == null
        ? new ApiException(ProblemCode.INVALID_MULTIPART, detail)
        : new ApiException(ProblemCode.INVALID_MULTIPART, detail, cause);
  }

  private static List<Upload> uploads(List<Part> parts) throws IOException {
    List<Part> files = new ArrayList<>();
    Part items = null;
    for (Part part : parts) {
      if (part.getName().equals("file")) {
        files.add(part);
      } else if (part.getName().equals("items") && items == null) {
        items = part;
      } else {
        throw invalid("there is a part other than 'file' and one 'items'", null);
      }
    }
    if (files.isEmpty() || files.size() > MOST_FILES) {
      throw invalid("1 to " + MOST_FILES + " parts 'file' are needed, not " + files.size(), null);
    }
    List<ItemBody> bodies = items == null ? List.of() : items(items);
    if (bodies.size() > files.size()) {
      throw ApiException.wrongField(
          ProblemCode.INVALID_PARAMETER,
          new FieldError("items", "wrong_length", "has more entries than there are files"));
    }
    var uploads = new ArrayList<Upload>();
    for (int n = 0; n < files.size(); n++) {
      uploads.add(upload(files.get(n), n < bodies.size() ? bodies.get(n) : ItemBody.NONE));
    }
    return uploads;
  }

  private static List<ItemBody> items(Part part) throws IOException {
    try (InputStream in = part.getInputStream()) {
      byte[] bytes = in.readNBytes(LARGEST_ITEMS_PART + 1);
      if (bytes.length > LARGEST_ITEMS_PART) {
        throw new ApiException(
            ProblemCode.BODY_TOO_LARGE,
            "the part 'items' has at most " + LARGEST_ITEMS_PART + " bytes");
      }
      return RecordReader.jsonArray(bytes, ItemBody.class, "items");
    }
  }

  private static Upload upload(Part part, ItemBody item) {
    String submitted = part.getSubmittedFileName();
    String path = item.path() == null ? (submitted == null ? "" : submitted) : item.path();
    return new Upload(
        path,
        title(item.title()),
        part.getContentType(),
        item.tags() == null ? List.of() : item.tags(),
        item.metadata() == null ? Map.of() : item.metadata(),
        part::getInputStream);
  }

  /** An empty title is no title: the file's own, else its name. */
  static @Nullable String title(@Nullable String title) {
    return title == null || title.isBlank() ? null : title;
  }

  private ResponseEntity<JobView> accept(
      String collection, List<Upload> uploads, Caller caller, HttpServletRequest request) {
    Accepted accepted = documents.add(collection, uploads, idempotency(request, caller), caller);
    var response =
        ResponseEntity.accepted().location(URI.create("/api/v1/jobs/" + accepted.job().id()));
    if (accepted.replayed()) {
      response.header("Idempotency-Replayed", "true");
    }
    return response.body(JobView.of(accepted));
  }

  private static @Nullable Idempotency idempotency(HttpServletRequest request, Caller caller) {
    String key = request.getHeader("Idempotency-Key");
    if (key == null) {
      return null;
    }
    if (!key.matches("[!-~]{1,128}")) {
      throw ApiException.wrongField(
          ProblemCode.INVALID_PARAMETER,
          new FieldError(
              "Idempotency-Key", "pattern", "must have 1 to 128 visible ASCII characters"));
    }
    return new Idempotency(caller.id(), key);
  }
}
