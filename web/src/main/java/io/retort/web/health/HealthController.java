package io.retort.web.health;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.retort.web.access.OpenToAll;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /health}: short for readiness. */
@RestController
@Tag(name = "Health")
class HealthController {
  private final Readiness readiness;

  HealthController(Readiness readiness) {
    this.readiness = readiness;
  }

  /**
   * @param reason only if the service is not ready
   */
  record HealthView(
      @Schema(allowableValues = {"ready", "unavailable"}) String status,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String reason) {}

  @GetMapping(path = "/health", produces = "application/json")
  @ApiResponse(
      responseCode = "200",
      description = "It is.",
      content = @Content(schema = @Schema(implementation = HealthView.class)))
  @ApiResponse(
      responseCode = "503",
      description = "It is not; the reason is the code of a problem.",
      content = @Content(schema = @Schema(implementation = HealthView.class)))
  @Operation(operationId = "getHealth", summary = "Whether the service is ready")
  @OpenToAll
  ResponseEntity<HealthView> health() {
    return readiness
        .problem()
        .map(
            problem ->
                ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                    .body(new HealthView("unavailable", problem.code().code())))
        .orElseGet(() -> ResponseEntity.ok(new HealthView("ready", null)));
  }
}
