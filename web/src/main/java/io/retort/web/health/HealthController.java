package io.retort.web.health;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.retort.web.access.OpenToAll;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code /health}: short for readiness. */
@RestController
class HealthController {
  private final Readiness readiness;

  HealthController(Readiness readiness) {
    this.readiness = readiness;
  }

  /**
   * @param reason only if the service is not ready
   */
  record HealthView(
      String status, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String reason) {}

  @GetMapping(path = "/health", produces = "application/json")
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
