package io.retort.web.rest;

import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /me}: what the caller's own credential may do, so that a page offers nothing else. */
@RestController
@Tag(name = "Keys")
class MeController {
  /**
   * @param collections their ids, or {@code *} alone for all
   */
  @Schema(name = "Me")
  record MeView(String name, List<String> scopes, List<String> collections) {}

  @GetMapping(path = "/api/v1/me", produces = "application/json")
  @Operation(operationId = "getMe", summary = "What the caller's own credential may do")
  @Requires(Scope.READ)
  MeView me(Caller caller) {
    return new MeView(
        caller.grant().name(),
        caller.grant().scopes().stream().sorted().toList(),
        caller.grant().collections().stream().sorted().toList());
  }
}
