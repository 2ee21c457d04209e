package io.retort.web.rest;

import io.retort.data.AccessScope;
import io.retort.data.store.CollectionRow;
import io.retort.data.store.FieldDeclaration;
import io.retort.data.store.FieldDeclaration.Type;
import io.retort.data.store.ReplyStore;
import io.retort.indexer.CollectionPatch;
import io.retort.indexer.NewCollection;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.json.PlainText;
import io.retort.web.json.QueryModel;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.retort.web.rooms.Rooms;
import io.retort.web.runs.EvaluationRuns;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /collections}. */
@RestController
@Tag(name = "Collections")
@RequestMapping(path = "/api/v1/collections", produces = "application/json")
class CollectionController {
  private final DocumentService documents;
  private final Rooms rooms;
  private final AccessScopes scopes;
  private final EvaluationRuns evaluations;
  private final ReplyStore replies;

  CollectionController(
      DocumentService documents,
      Rooms rooms,
      AccessScopes scopes,
      EvaluationRuns evaluations,
      ReplyStore replies) {
    this.documents = documents;
    this.rooms = rooms;
    this.evaluations = evaluations;
    this.scopes = scopes;
    this.replies = replies;
  }

  @Schema(name = "Field")
  @RequestBodyModel
  record FieldBody(
      @NotNull @Pattern(regexp = "[a-z][a-z0-9_]{0,31}") String name, @NotNull Type type) {}

  @RequestBodyModel
  @Schema(name = "NewCollection")
  record NewCollectionBody(
      @NotNull @Pattern(regexp = "(?!retort-)[a-z0-9][a-z0-9-]{0,62}") String id,
      @Size(min = 1, max = 200) @PlainText @Nullable String title,
      @Size(min = 0, max = 2_000) @Nullable String description,
      @Size(min = 0, max = 32) @Nullable List<FieldBody> fields) {}

  @RequestBodyModel
  @Schema(name = "CollectionPatch")
  record PatchBody(
      @Size(min = 1, max = 200) @PlainText @Nullable String title,
      @Size(min = 0, max = 2_000) @Nullable String description,
      @Size(min = 0, max = 32) @Nullable List<FieldBody> fields) {}

  @QueryModel
  record ListQuery(
      @Schema(description = "How many at most; 50 if absent.") @Min(1) @Max(100)
          @Nullable Integer limit,
      @Schema(description = "The next_cursor of the part before, to go on after it.")
          @Size(min = 1, max = 1_000)
          @Nullable String cursor) {}

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(operationId = "createCollection", summary = "Make a collection")
  @Refuses(ProblemCode.COLLECTION_EXISTS)
  @Requires(Scope.ADMIN)
  ResponseEntity<CollectionView> create(@RequestBody NewCollectionBody body, Caller caller) {
    CollectionRow row =
        rooms
            .ingest()
            .createCollection(
                new NewCollection(
                    body.id(),
                    body.title() == null ? body.id() : body.title(),
                    body.description() == null ? "" : body.description(),
                    declarations(body.fields())));
    return ResponseEntity.created(URI.create("/api/v1/collections/" + row.id()))
        .body(documents.collection(row.id(), scopes.of(caller)));
  }

  @GetMapping
  @Operation(operationId = "listCollections", summary = "The caller's collections")
  @Refuses(ProblemCode.INVALID_CURSOR)
  @Requires(Scope.READ)
  Page<CollectionView> list(@ParameterObject ListQuery query, Caller caller) {
    int limit = query.limit() == null ? Page.DEFAULT_LIMIT : query.limit();
    return documents.collections(limit, query.cursor(), caller);
  }

  @GetMapping("/{collection}")
  @Operation(operationId = "getCollection", summary = "One collection")
  @Refuses(ProblemCode.COLLECTION_NOT_FOUND)
  @Requires(Scope.READ)
  CollectionView get(@PathVariable String collection, Caller caller) {
    return documents.collection(collection, scopes.of(caller));
  }

  @PatchMapping("/{collection}")
  @Operation(
      operationId = "updateCollection",
      summary = "Change title, description or fields",
      description = "Absent fields stay as they are; declared fields can only be added to.")
  @Refuses(ProblemCode.COLLECTION_NOT_FOUND)
  @Requires(Scope.ADMIN)
  CollectionView patch(
      @PathVariable String collection, @RequestBody PatchBody body, Caller caller) {
    AccessScope scope = scopes.of(caller);
    rooms
        .ingest()
        .patchCollection(
            collection,
            new CollectionPatch(body.title(), body.description(), declarations(body.fields())),
            scope);
    return documents.collection(collection, scope);
  }

  @DeleteMapping("/{collection}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(
      operationId = "deleteCollection",
      summary = "Delete a collection with its documents",
      description = "It is gone from every search and answer before this returns.")
  @Refuses(ProblemCode.COLLECTION_NOT_FOUND)
  @Requires(Scope.ADMIN)
  void delete(@PathVariable String collection, Caller caller) {
    rooms.ingest().deleteCollection(collection, scopes.of(caller));
    evaluations.deleteOf(collection);
    replies.removeAll();
  }

  private static List<FieldDeclaration> declarations(@Nullable List<FieldBody> fields) {
    var declarations = new ArrayList<FieldDeclaration>();
    var names = new HashSet<String>();
    if (fields != null) {
      for (int i = 0; i < fields.size(); i++) {
        FieldBody field = fields.get(i);
        if (!names.add(field.name())) {
          throw ApiException.wrongField(
              ProblemCode.INVALID_PARAMETER,
              new FieldError(
                  "fields[" + i + "].name", "repeated", "is declared twice", field.name()));
        }
        declarations.add(new FieldDeclaration(field.name(), field.type()));
      }
    }
    return declarations;
  }
}
