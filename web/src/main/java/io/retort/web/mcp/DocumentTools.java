package io.retort.web.mcp;

import io.retort.data.store.ItemRow;
import io.retort.data.store.Reason;
import io.retort.indexer.Accepted;
import io.retort.web.access.Caller;
import io.retort.web.access.Scope;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.mcp.Tool.Hints;
import io.retort.web.mcp.Tool.Outcome;
import io.retort.web.mcp.Tool.Text;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import io.retort.web.rest.CollectionView;
import io.retort.web.rest.Deleted;
import io.retort.web.rest.DocumentService;
import io.retort.web.rest.DocumentView;
import io.retort.web.rest.Page;
import io.retort.web.rest.PassageView;
import io.retort.web.rest.TextDocument;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The tools that look at collections and documents, add to them and take from them. */
@Component
final class DocumentTools {
  private static final String COLLECTION = "The id of a collection, as list_collections tells it.";
  private static final String DOCUMENT_ID = "As list_documents, search and ask tell it.";

  private final DocumentService documents;

  DocumentTools(DocumentService documents) {
    this.documents = documents;
  }

  List<Tool<?, ?>> tools() {
    return List.of(
        new Tool<>(
            Scope.READ,
            new Text(
                "get_passage",
                "Read a passage",
                "Reads a piece of a document's text, at most 100,000 characters, such as the"
                    + " surroundings of a citation. Offsets count Unicode code points, the end"
                    + " exclusive."),
            Hints.READS,
            PassageArguments.class,
            PassageView.class,
            this::passage),
        new Tool<>(
            Scope.READ,
            new Text(
                "list_collections",
                "List collections",
                "Lists the collections of documents that can be asked and searched."),
            Hints.READS,
            NoArguments.class,
            Collections.class,
            (_, caller) -> collections(caller)),
        new Tool<>(
            Scope.READ,
            new Text(
                "list_documents",
                "List documents",
                "Lists the documents of one collection by path. If next_cursor is not null, there"
                    + " are more."),
            Hints.READS,
            DocumentsArguments.class,
            Documents.class,
            this::documents),
        new Tool<>(
            Scope.WRITE,
            new Text(
                "add_document",
                "Add a document",
                "Adds a text as a document of a collection, or replaces the one at the same path. It"
                    + " can be searched once its job is done, in a moment."),
            Hints.WRITES,
            NewDocument.class,
            Added.class,
            this::add),
        new Tool<>(
            Scope.WRITE,
            new Text(
                "delete_document",
                "Delete a document",
                "Deletes a document for good; no search, answer or passage shows it any more."),
            Hints.DELETES,
            DeleteArguments.class,
            Deleted.class,
            this::delete));
  }

  @RequestBodyModel
  record PassageArguments(
      @Schema(description = DOCUMENT_ID) @NotNull String documentId,
      @NotNull @Min(0) Integer start,
      @NotNull @Min(0) Integer end,
      @Schema(description = "Refuse to read another version than this; the live one if absent.")
          @Min(1)
          @Nullable Integer version) {}

  private Outcome<PassageView> passage(PassageArguments arguments, Caller caller) {
    return Outcome.of(
        documents.passage(
            arguments.documentId(),
            arguments.start(),
            arguments.end(),
            arguments.version(),
            false,
            caller));
  }

  @RequestBodyModel
  record NoArguments() {}

  /**
   * All of the caller's collections.
   *
   * @param nextCursor always null, since there is no part of the list to go on after
   */
  record Collections(List<CollectionView> items, @Nullable String nextCursor) {}

  private Outcome<Collections> collections(Caller caller) {
    Page<CollectionView> all = documents.collections(Integer.MAX_VALUE, null, caller);
    return Outcome.of(new Collections(all.items(), all.nextCursor()));
  }

  @RequestBodyModel
  record DocumentsArguments(
      @Schema(description = COLLECTION) @NotNull @Size(min = 1, max = 63) String collection,
      @Schema(description = "Only documents whose path begins so.") @Size(min = 1, max = 1_024)
          @Nullable String pathPrefix,
      @Schema(description = "How many at most; 50 if absent.") @Min(1) @Max(100)
          @Nullable Integer limit,
      @Schema(description = "The next_cursor of the call before, to go on after it.")
          @Size(min = 1, max = 4_000)
          @Nullable String cursor) {}

  /** A part of a collection's documents. */
  record Documents(List<DocumentView> items, @Nullable String nextCursor) {}

  private Outcome<Documents> documents(DocumentsArguments arguments, Caller caller) {
    Page<DocumentView> page =
        documents.documents(
            arguments.collection(),
            null,
            arguments.pathPrefix(),
            arguments.limit(),
            arguments.cursor(),
            caller);
    return Outcome.of(new Documents(page.items(), page.nextCursor()));
  }

  /** A text to add; as long as one that comes to the REST API. */
  @RequestBodyModel(maxBytes = 16 << 20)
  record NewDocument(
      @Schema(description = COLLECTION) @NotNull @Size(min = 1, max = 63) String collection,
      @Schema(description = "The document's place in the collection, as \"policies/leave.txt\".")
          @NotNull
          String path,
      @Schema(description = "The whole text.") @NotNull String text,
      @Schema(description = "text/plain if absent.") @Pattern(regexp = "text/(plain|markdown|html)")
          @Nullable String mediaType,
      @Schema(description = "Words to filter by.") @Size(min = 0, max = 32)
          @Nullable List<@Size(min = 1, max = 64) String> tags,
      @Schema(description = "Values by name; filters can use those that the collection declares.")
          @Size(min = 0, max = 64)
          @Nullable Map<String, Object> metadata) {}

  /** A document that is on disk and on its way into the index. */
  record Added(String jobId, String documentId) {}

  private Outcome<Added> add(NewDocument document, Caller caller) {
    var text =
        new TextDocument(
            document.path(),
            document.text(),
            document.mediaType(),
            null,
            document.tags(),
            document.metadata());
    Accepted accepted = documents.add(document.collection(), List.of(text.upload()), null, caller);
    return accepted.items().stream()
        .map(ItemRow::documentId)
        .filter(Objects::nonNull)
        .findFirst()
        .map(id -> Outcome.of(new Added(accepted.job().id(), id)))
        .orElseThrow(() -> refused(accepted.items()));
  }

  /** The REST API tells this by the item's status, for which there is no place here. */
  private static ApiException refused(List<ItemRow> items) {
    Reason reason =
        items.stream()
            .map(ItemRow::reason)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(new Reason("empty", "there is no document in it"));
    return ApiException.wrongField(
        ProblemCode.INVALID_PARAMETER,
        new FieldError(
            reason.code().endsWith("_path") ? "path" : "text", reason.code(), reason.message()));
  }

  @RequestBodyModel
  record DeleteArguments(@Schema(description = DOCUMENT_ID) @NotNull String documentId) {}

  private Outcome<Deleted> delete(DeleteArguments arguments, Caller caller) {
    documents.delete(arguments.documentId(), false, caller);
    return Outcome.of(new Deleted(1));
  }
}
