package io.retort.web.mcp;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies.LowerCamelCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** A message about a call that is under way. */
record ProgressNotification(String jsonrpc, String method, Params params) {

  /**
   * How far it is.
   *
   * @param progressToken as the request gave it
   * @param progress grows with each message; how far it will grow cannot be known
   */
  @JsonNaming(LowerCamelCaseStrategy.class)
  record Params(JsonNode progressToken, int progress, String message) {}

  static ProgressNotification of(JsonNode token, int progress, String message) {
    return new ProgressNotification(
        "2.0", "notifications/progress", new Params(token, progress, message));
  }
}
