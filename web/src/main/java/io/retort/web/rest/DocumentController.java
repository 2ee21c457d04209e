package io.retort.web.rest;

import io.retort.data.AccessScope;
import io.retort.data.TextSpan;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.Original;
import io.retort.data.store.SliceRequest;
import io.retort.data.store.StoredChunk;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.json.InCapitals;
import io.retort.web.json.QueryModel;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.retort.web.rooms.Rooms;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRange;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Documents: list, look, read, delete, try again. */
@RestController
@Tag(name = "Documents")
@RequestMapping("/api/v1")
class DocumentController {
  private final DocumentService documents;
  private final Rooms rooms;
  private final AccessScopes scopes;

  DocumentController(DocumentService documents, Rooms rooms, AccessScopes scopes) {
    this.documents = documents;
    this.rooms = rooms;
    this.scopes = scopes;
  }

  @QueryModel
  record DocumentsQuery(
      @Schema(description = "Only documents with this status.") @InCapitals
          @Nullable DocumentStatus status,
      @Schema(description = "Only documents whose path begins so.") @Size(min = 1, max = 1_024)
          @Nullable String pathPrefix,
      @Schema(description = "How many at most; 50 if absent.") @Min(1) @Max(100)
          @Nullable Integer limit,
      @Schema(description = "The next_cursor of the part before, to go on after it.")
          @Size(min = 1, max = 4_000)
          @Nullable String cursor) {}

  @GetMapping(path = "/collections/{collection}/documents", produces = "application/json")
  @Operation(operationId = "listDocuments", summary = "Documents of a collection, by path")
  @Refuses({ProblemCode.COLLECTION_NOT_FOUND, ProblemCode.INVALID_CURSOR})
  @Requires(Scope.READ)
  Page<DocumentView> list(
      @PathVariable String collection, @ParameterObject DocumentsQuery query, Caller caller) {
    return documents.documents(
        collection, query.status(), query.pathPrefix(), query.limit(), query.cursor(), caller);
  }

  @GetMapping(path = "/documents/{id:[^:]+}", produces = "application/json")
  @Operation(operationId = "getDocument", summary = "One document")
  @Refuses(ProblemCode.DOCUMENT_NOT_FOUND)
  @Requires(Scope.READ)
  DocumentView get(@PathVariable String id, Caller caller) {
    return DocumentView.of(documents.document(id, scopes.of(caller)));
  }

  /** What a passage can have in addition. */
  enum PassageInclude {
    RECTS
  }

  @QueryModel
  record PassageQuery(
      @Schema(description = "The first code point; 0 if absent.") @Min(0) @Nullable Integer start,
      @Schema(description = "Behind the last code point; 10,000 further if absent.") @Min(0)
          @Nullable Integer end,
      @Schema(description = "Refuse another version than this; the live one if absent.") @Min(1)
          @Nullable Integer version,
      @Schema(description = "What to tell in addition.") @Size(min = 0, max = 8)
          @Nullable List<PassageInclude> include) {}

  @GetMapping(path = "/documents/{id}/passage")
  @Operation(
      operationId = "getPassage",
      summary = "A piece of a document's extracted text",
      description = "At most 100,000 code points. With Accept: text/plain the bare text.")
  @Refuses({
    ProblemCode.DOCUMENT_NOT_FOUND,
    ProblemCode.VERSION_GONE,
    ProblemCode.RANGE_OUT_OF_BOUNDS
  })
  @Requires(Scope.READ)
  @ApiResponse(
      responseCode = "200",
      description = "A piece of the extracted text.",
      content = {
        @Content(
            mediaType = "application/json",
            schema = @Schema(implementation = PassageView.class)),
        @Content(mediaType = "text/plain", schema = @Schema(type = "string"))
      })
  ResponseEntity<?> passage(
      @PathVariable String id,
      @ParameterObject PassageQuery query,
      Caller caller,
      HttpServletRequest request) {
    boolean plain = AcceptedType.isOther(request, MediaType.TEXT_PLAIN);
    boolean rects = query.include() != null && query.include().contains(PassageInclude.RECTS);
    PassageView passage =
        documents.passage(id, query.start(), query.end(), query.version(), rects, caller);
    return plain
        ? ResponseEntity.ok()
            .contentType(new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8))
            .body(passage.text().getBytes(StandardCharsets.UTF_8))
        : ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(passage);
  }

  @QueryModel
  record ChunksQuery(
      @Schema(description = "How many at most; 50 if absent.") @Min(1) @Max(100)
          @Nullable Integer limit,
      @Schema(description = "The next_cursor of the part before, to go on after it.")
          @Size(min = 1, max = 1_000)
          @Nullable String cursor) {}

  @Schema(name = "Chunk")
  record ChunkView(
      String chunkId, int ordinal, TextSpan span, @Nullable Integer page, String text) {
    static ChunkView of(StoredChunk chunk) {
      return new ChunkView(
          chunk.id().toString(), chunk.id().ordinal(), chunk.span(), chunk.page(), chunk.text());
    }
  }

  @GetMapping(path = "/documents/{id}/chunks", produces = "application/json")
  @Operation(operationId = "listChunks", summary = "The chunks of a document, in order")
  @Refuses({ProblemCode.DOCUMENT_NOT_FOUND, ProblemCode.INVALID_CURSOR})
  @Requires(Scope.READ)
  Page<ChunkView> chunks(
      @PathVariable String id, @ParameterObject ChunksQuery query, Caller caller) {
    AccessScope scope = scopes.of(caller);
    documents.document(id, scope);
    int limit = query.limit() == null ? Page.DEFAULT_LIMIT : query.limit();
    return Page.of(
        rooms.documents().chunks(id, new SliceRequest(limit, query.cursor()), scope),
        ChunkView::of);
  }

  /** The bytes that were uploaded: never shown by a browser, only saved. */
  @GetMapping("/documents/{id}/original")
  @Operation(
      operationId = "getOriginal",
      summary = "The uploaded file",
      description = "Byte ranges are served.")
  @Refuses({ProblemCode.DOCUMENT_NOT_FOUND, ProblemCode.RANGE_NOT_SATISFIABLE})
  @Requires(Scope.READ)
  @ApiResponse(
      responseCode = "200",
      description = "The uploaded file.",
      content = @Content(mediaType = "*/*", schema = @Schema(type = "string", format = "binary")))
  @ApiResponse(
      responseCode = "206",
      description = "The bytes that Range asked for.",
      content = @Content(mediaType = "*/*", schema = @Schema(type = "string", format = "binary")))
  @ApiResponse(
      responseCode = "304",
      description = "What If-None-Match names is current.",
      content = @Content)
  @Parameter(
      in = ParameterIn.HEADER,
      name = "Range",
      description = "Which bytes, as bytes=0-99.",
      schema = @Schema(type = "string"))
  ResponseEntity<Resource> original(
      @PathVariable String id,
      Caller caller,
      HttpServletRequest request,
      HttpServletResponse response) {
    AccessScope scope = scopes.of(caller);
    Original original =
        rooms
            .documents()
            .original(documents.document(id, scope).id(), scope)
            .orElseThrow(DocumentService::notFound);
    var file = new FileSystemResource(original.file());
    checkRange(request.getHeader(HttpHeaders.RANGE), file, original.bytes(), response);
    String name = original.name().substring(original.name().lastIndexOf('/') + 1);
    return ResponseEntity.ok()
        .contentType(mediaType(original.mediaType()))
        .eTag("\"" + original.sha256() + "\"")
        .header(
            HttpHeaders.CONTENT_DISPOSITION,
            ContentDisposition.attachment()
                .filename(name, StandardCharsets.UTF_8)
                .build()
                .toString())
        .header("Content-Security-Policy", "sandbox; default-src 'none'")
        .body(file);
  }

  private static MediaType mediaType(String text) {
    try {
      return MediaType.parseMediaType(text);
    } catch (InvalidMediaTypeException e) {
      return MediaType.APPLICATION_OCTET_STREAM;
    }
  }

  /**
   * By the rules that the range is served by: one that is refused later comes without a problem.
   */
  private static void checkRange(
      @Nullable String header, Resource file, long bytes, HttpServletResponse response) {
    if (header == null) {
      return;
    }
    try {
      HttpRange.toResourceRegions(HttpRange.parseRanges(header), file);
    } catch (IllegalArgumentException e) {
      response.setHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + bytes);
      throw new ApiException(
          ProblemCode.RANGE_NOT_SATISFIABLE, "the file has " + bytes + " bytes", e);
    }
  }

  @QueryModel
  record DeleteQuery(
      @Schema(description = "Remove stored answers that cite what is deleted too.")
          @Nullable Boolean purgeAnswers) {}

  @DeleteMapping("/documents/{id:[^:]+}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(
      operationId = "deleteDocument",
      summary = "Delete a document",
      description = "No search, answer or passage shows it once this has returned.")
  @Refuses(ProblemCode.DOCUMENT_NOT_FOUND)
  @Requires(Scope.WRITE)
  void delete(@PathVariable String id, @ParameterObject DeleteQuery query, Caller caller) {
    documents.delete(id, Boolean.TRUE.equals(query.purgeAnswers()), caller);
  }

  @QueryModel
  record DeleteManyQuery(
      @Schema(description = "Delete documents whose path begins so.")
          @NotNull
          @Size(min = 1, max = 1_024)
          String pathPrefix,
      @Schema(description = "Remove stored answers that cite what is deleted too.")
          @Nullable Boolean purgeAnswers) {}

  @DeleteMapping(path = "/collections/{collection}/documents", produces = "application/json")
  @Operation(operationId = "deleteDocuments", summary = "Delete the documents below a path")
  @Refuses(ProblemCode.COLLECTION_NOT_FOUND)
  @Requires(Scope.WRITE)
  Deleted deleteMany(
      @PathVariable String collection, @ParameterObject DeleteManyQuery query, Caller caller) {
    return documents.deleteAll(
        collection, query.pathPrefix(), Boolean.TRUE.equals(query.purgeAnswers()), caller);
  }

  @PostMapping(path = "/documents/{id}:retry", produces = "application/json")
  @ResponseStatus(HttpStatus.ACCEPTED)
  @Operation(
      operationId = "retryDocument",
      summary = "Process a document again",
      description = "For one whose processing failed, or whose replacement did.")
  @Refuses({
    ProblemCode.DOCUMENT_NOT_FOUND,
    ProblemCode.NOTHING_TO_RETRY,
    ProblemCode.STORAGE_FULL,
    ProblemCode.OVERLOADED
  })
  @Requires(Scope.WRITE)
  ResponseEntity<JobView> retry(@PathVariable String id, Caller caller) {
    AccessScope scope = scopes.of(caller);
    documents.document(id, scope);
    return JobController.accepted(JobView.of(rooms.ingest().retryDocument(id, scope)));
  }
}
