package io.retort.web.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What every error of the OpenAI-compatible API has. */
final class OpenAiAssertions {
  private OpenAiAssertions() {}

  static void assertError(
      Client.Reply reply, int status, String type, @Nullable String param, String code) {
    assertThat(reply.status()).as(reply.text()).isEqualTo(status);
    assertThat(reply.header("Content-Type")).isEqualTo("application/json");
    assertThat(reply.header("X-Trace-Id")).matches("[0-9a-f]{32}");
    assertThat(reply.json().propertyNames()).containsExactly("error");
    assertThat(reply.text())
        .doesNotContain("Exception")
        .doesNotContain("io.retort")
        .doesNotContain("\tat ");
    assertError(reply.json(), type, param, code);
  }

  static void assertError(JsonNode body, String type, @Nullable String param, String code) {
    JsonNode error = body.get("error");
    assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
    assertThat(error.get("message").asString()).isNotBlank();
    assertThat(error.get("type").asString()).isEqualTo(type);
    assertThat(error.get("param").isNull() ? null : error.get("param").asString()).isEqualTo(param);
    assertThat(error.get("code").asString()).isEqualTo(code);
  }
}
