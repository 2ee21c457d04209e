package io.retort.web.rest;

import io.retort.data.AccessScope;
import io.retort.data.store.CollectionRow;
import io.retort.data.store.CollectionSummary;
import io.retort.data.store.FieldDeclaration;
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
import io.retort.web.rooms.LoadedModels;
import io.retort.web.rooms.Rooms;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
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
@RequestMapping(path = "/api/v1/collections", produces = "application/json")
class CollectionController {
  private final Rooms rooms;
  private final AccessScopes scopes;
  private final ReplyStore replies;

  CollectionController(Rooms rooms, AccessScopes scopes, ReplyStore replies) {
    this.rooms = rooms;
    this.scopes = scopes;
    this.replies = replies;
  }

  @Schema(name = "Field")
  @RequestBodyModel
  record FieldBody(
      @NotNull @Pattern(regexp = "[a-z][a-z0-9_]{0,31}") String name,
      FieldDeclaration.@NotNull Type type) {}

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
      @Min(1) @Max(100) @Nullable Integer limit,
      @Size(min = 1, max = 1_000) @Nullable String cursor) {}

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
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
        .body(view(find(row.id(), scopes.of(caller))));
  }

  @GetMapping
  @Requires(Scope.READ)
  Page<CollectionView> list(@ParameterObject ListQuery query, Caller caller) {
    // A service has few collections: they are listed whole and cut here, the id being the cursor.
    int limit = query.limit() == null ? Page.DEFAULT_LIMIT : query.limit();
    if (query.cursor() != null && !CollectionRow.isId(query.cursor())) {
      throw new ApiException(ProblemCode.INVALID_CURSOR, "the cursor was not made by this list");
    }
    String after = query.cursor() == null ? "" : query.cursor();
    List<CollectionSummary> rest =
        rooms.documents().collections(scopes.of(caller)).stream()
            .filter(c -> c.collection().id().compareTo(after) > 0)
            .sorted(Comparator.comparing(c -> c.collection().id()))
            .toList();
    List<CollectionView> items = rest.stream().limit(limit).map(this::view).toList();
    return new Page<>(items, rest.size() > limit ? items.getLast().id() : null);
  }

  @GetMapping("/{collection}")
  @Requires(Scope.READ)
  CollectionView get(@PathVariable String collection, Caller caller) {
    return view(find(collection, scopes.of(caller)));
  }

  @PatchMapping("/{collection}")
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
    return view(find(collection, scope));
  }

  @DeleteMapping("/{collection}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Requires(Scope.ADMIN)
  void delete(@PathVariable String collection, Caller caller) {
    rooms.ingest().deleteCollection(collection, scopes.of(caller));
    replies.removeAll();
  }

  private CollectionSummary find(String id, AccessScope scope) {
    return rooms
        .documents()
        .collection(id, scope)
        .orElseThrow(
            () ->
                new ApiException(ProblemCode.COLLECTION_NOT_FOUND, "there is no such collection"));
  }

  private CollectionView view(CollectionSummary summary) {
    LoadedModels models = rooms.modelsIfLoaded();
    return CollectionView.of(
        summary,
        models == null ? null : models.chunkLength(),
        models == null ? null : models.encoder().fingerprint());
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
