package io.retort.web.rest;

import io.retort.data.store.Grant;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.access.LoginUrls;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.answers.AnswerDesk;
import io.retort.web.json.PlainText;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.rooms.RoomsStatus;
import io.retort.web.rooms.StatusBoard;
import io.retort.web.settings.RetortSettings;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /admin}: login addresses and how the service is. */
@RestController
@Tag(name = "Administration")
@RequestMapping(path = "/api/v1/admin", produces = "application/json")
class AdminController {
  private final StatusBoard board;
  private final AccessScopes scopes;
  private final LoginUrls logins;
  private final AnswerDesk desk;
  private final RetortSettings settings;

  AdminController(
      StatusBoard board,
      AccessScopes scopes,
      LoginUrls logins,
      AnswerDesk desk,
      RetortSettings settings) {
    this.board = board;
    this.scopes = scopes;
    this.logins = logins;
    this.desk = desk;
    this.settings = settings;
  }

  @RequestBodyModel
  @Schema(name = "NewLogin")
  record LoginBody(
      @NotNull @Size(min = 1, max = 100) @PlainText String name,
      @NotNull @Size(min = 1, max = 4) List<Scope> scopes,
      @Size(min = 1, max = 64) @Nullable List<@Size(min = 1, max = 63) String> collections,
      @Min(60) @Max(86_400) @Nullable Integer expiresInSeconds) {}

  @Schema(name = "LoginAddress")
  record LoginView(String url) {
    @Override
    public String toString() {
      return "LoginView[…]";
    }
  }

  @PostMapping("/logins")
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(
      operationId = "createLogin",
      summary = "Make a login address",
      description =
          "Works once, for as long as the settings say unless the request says otherwise.")
  @Requires(Scope.ADMIN)
  LoginView login(@RequestBody LoginBody body, Caller caller, HttpServletRequest request) {
    List<String> collections = body.collections() == null ? List.of(Grant.ALL) : body.collections();
    Grant grant = GrantBody.read(body.name(), body.scopes(), collections, scopes.of(caller));
    Duration lifetime =
        body.expiresInSeconds() == null
            ? settings.security().loginToken()
            : Duration.ofSeconds(body.expiresInSeconds());
    return new LoginView(logins.create(base(request), grant, lifetime));
  }

  private String base(HttpServletRequest request) {
    String configured = settings.server().publicUrl();
    return configured == null
        ? request.getScheme() + "://" + request.getHeader("Host")
        : configured;
  }

  @Schema(name = "ServiceStatus")
  record StatusView(
      String version,
      @Nullable String device,
      @Nullable String fingerprint,
      IndexView index,
      QueuesView queues,
      DiskView disk) {}

  @Schema(name = "StatusOfIndex")
  record IndexView(String state, @Nullable Long chunks, @Nullable Long drift) {}

  @Schema(name = "StatusOfQueues")
  record QueuesView(int answers, long ingest) {}

  @Schema(name = "StatusOfDisk")
  record DiskView(double usedShare) {}

  @GetMapping("/status")
  @Operation(operationId = "getStatus", summary = "How the service is")
  @Requires(Scope.ADMIN)
  StatusView status() {
    RoomsStatus status = board.status();
    return new StatusView(
        status.version(),
        status.device(),
        status.fingerprint(),
        new IndexView(status.indexState(), status.indexChunks(), status.indexDrift()),
        new QueuesView(desk.waiting(), status.openOperations()),
        new DiskView(status.diskUsedShare()));
  }
}
