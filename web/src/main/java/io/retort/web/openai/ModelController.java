package io.retort.web.openai;

import io.retort.data.AccessScope;
import io.retort.data.store.CollectionRow;
import io.retort.data.store.CollectionSummary;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.retort.web.rooms.Rooms;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.ArrayList;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /v1/models}: the caller's collections, and the encoder. */
@RestController
@Tag(name = "OpenAI")
@RequestMapping(path = "/v1/models", produces = "application/json")
class ModelController {
  /** No collection has a name that begins so. */
  static final String ENCODER = "retort-encoder";

  private final Rooms rooms;
  private final AccessScopes scopes;

  ModelController(Rooms rooms, AccessScopes scopes) {
    this.rooms = rooms;
    this.scopes = scopes;
  }

  /**
   * @param created in seconds since 1970; 0 for the encoder, whose file has no date
   */
  @Schema(name = "OpenAiModel")
  record ModelView(String id, String object, long created, String ownedBy) {
    static ModelView of(String id, long created) {
      return new ModelView(id, "model", created, "retort");
    }

    static ModelView of(CollectionSummary summary) {
      CollectionRow collection = summary.collection();
      return of(collection.id(), collection.createdAt().getEpochSecond());
    }
  }

  @Schema(name = "OpenAiModelList")
  record ModelList(String object, List<ModelView> data) {}

  @GetMapping
  @Operation(operationId = "listModels", summary = "The caller's collections, and the encoder")
  @Requires(Scope.ASK)
  ModelList list(Caller caller) {
    var models = new ArrayList<ModelView>();
    rooms.documents().collections(scopes.of(caller)).forEach(c -> models.add(ModelView.of(c)));
    models.add(ModelView.of(ENCODER, 0));
    return new ModelList("list", models);
  }

  @GetMapping("/{id}")
  @Operation(operationId = "getModel", summary = "One collection, or the encoder")
  @Refuses(ProblemCode.COLLECTION_NOT_FOUND)
  @Requires(Scope.ASK)
  ModelView find(@PathVariable String id, Caller caller) {
    if (id.equals(ENCODER)) {
      return ModelView.of(ENCODER, 0);
    }
    AccessScope scope = scopes.of(caller);
    return rooms
        .documents()
        .collection(id, scope)
        .map(ModelView::of)
        .orElseThrow(ModelController::notFound);
  }

  static ApiException notFound() {
    return new ApiException(ProblemCode.COLLECTION_NOT_FOUND, "there is no such model");
  }
}
