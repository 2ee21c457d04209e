package io.retort.web.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.retort.data.ObjectId;
import io.retort.data.store.AccessStore;
import io.retort.data.store.ApiKey;
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
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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

/** {@code /keys}: API keys, whose secret is shown once. */
@RestController
@Tag(name = "Keys")
@RequestMapping(path = "/api/v1/keys", produces = "application/json")
class KeyController {
  private final AccessStore access;
  private final AccessScopes scopes;
  private final Clock clock;

  KeyController(AccessStore access, AccessScopes scopes, Clock clock) {
    this.access = access;
    this.scopes = scopes;
    this.clock = clock;
  }

  @RequestBodyModel
  @Schema(name = "NewKey")
  record NewKeyBody(
      @NotNull @Size(min = 1, max = 100) @PlainText String name,
      @NotNull @Size(min = 1, max = 4) List<Scope> scopes,
      @NotNull @Size(min = 1, max = 64) List<@Size(min = 1, max = 63) String> collections,
      @Nullable Instant expiresAt) {}

  @RequestBodyModel
  @Schema(name = "KeyPatch")
  record PatchBody(@NotNull Boolean suspended) {}

  /**
   * @param key the secret, only in the answer to the call that made it
   */
  @Schema(name = "Key")
  record KeyView(
      String id,
      String name,
      String prefix,
      List<String> scopes,
      List<String> collections,
      String createdBy,
      Instant createdAt,
      @Nullable Instant expiresAt,
      boolean suspended,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String key) {

    static KeyView of(ApiKey key, @Nullable String secret) {
      return new KeyView(
          key.id(),
          key.grant().name(),
          key.prefix(),
          key.grant().scopes().stream().sorted().toList(),
          key.grant().collections().stream().sorted().toList(),
          key.createdBy(),
          key.createdAt(),
          key.expiresAt(),
          key.suspended(),
          secret);
    }

    @Override
    public String toString() {
      return "KeyView[" + id + "]";
    }
  }

  @QueryModel
  record KeysQuery(
      @Schema(description = "How many at most; 50 if absent.") @Min(1) @Max(100)
          @Nullable Integer limit,
      @Schema(description = "The next_cursor of the part before, to go on after it.")
          @Size(min = 1, max = 100)
          @Nullable String cursor) {}

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(
      operationId = "createKey",
      summary = "Make an API key",
      description = "The secret is shown here and nowhere else.")
  @Requires(Scope.ADMIN)
  ResponseEntity<KeyView> create(@RequestBody NewKeyBody body, Caller caller) {
    Instant expiresAt =
        body.expiresAt() == null ? null : body.expiresAt().truncatedTo(ChronoUnit.MILLIS);
    if (expiresAt != null && !expiresAt.isAfter(clock.instant())) {
      throw ApiException.wrongField(
          ProblemCode.INVALID_PARAMETER,
          new FieldError(
              "expires_at", "out_of_range", "must lie in the future", expiresAt.toString()));
    }
    var grant = GrantBody.read(body.name(), body.scopes(), body.collections(), scopes.of(caller));
    AccessStore.NewKey made = access.createKey(grant, caller.id(), expiresAt);
    return ResponseEntity.created(URI.create("/api/v1/keys/" + made.key().id()))
        .body(KeyView.of(made.key(), made.secret().reveal()));
  }

  @GetMapping
  @Operation(operationId = "listKeys", summary = "All API keys")
  @Refuses(ProblemCode.INVALID_CURSOR)
  @Requires(Scope.ADMIN)
  Page<KeyView> list(@ParameterObject KeysQuery query) {
    int limit = query.limit() == null ? Page.DEFAULT_LIMIT : query.limit();
    String after = query.cursor() == null ? "" : query.cursor();
    if (!after.isEmpty() && !ObjectId.isOf("key", after)) {
      throw new ApiException(ProblemCode.INVALID_CURSOR, "the cursor was not made by this list");
    }
    List<ApiKey> keys = access.keys(after, limit + 1);
    List<KeyView> items = keys.stream().limit(limit).map(k -> KeyView.of(k, null)).toList();
    return new Page<>(items, keys.size() > limit ? items.getLast().id() : null);
  }

  @PatchMapping("/{id}")
  @Operation(operationId = "updateKey", summary = "Suspend a key, or let it in again")
  @Refuses(ProblemCode.KEY_NOT_FOUND)
  @Requires(Scope.ADMIN)
  KeyView patch(@PathVariable String id, @RequestBody PatchBody body) {
    return access
        .suspendKey(id, body.suspended())
        .map(key -> KeyView.of(key, null))
        .orElseThrow(KeyController::notFound);
  }

  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(operationId = "revokeKey", summary = "Revoke a key for good")
  @Refuses(ProblemCode.KEY_NOT_FOUND)
  @Requires(Scope.ADMIN)
  void revoke(@PathVariable String id) {
    if (!access.revokeKey(id)) {
      throw notFound();
    }
  }

  private static ApiException notFound() {
    return new ApiException(ProblemCode.KEY_NOT_FOUND, "there is no such key");
  }
}
