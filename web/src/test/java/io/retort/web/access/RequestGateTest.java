package io.retort.web.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

class RequestGateTest {
  private final RequestGate gate =
      new RequestGate(List.of("localhost", "127.0.0.1", "[::1]"), "https://ask.example/");

  private static MockHttpServletRequest request(@Nullable String host, @Nullable String origin) {
    var request = new MockHttpServletRequest();
    if (host != null) {
      request.addHeader("Host", host);
    }
    if (origin != null) {
      request.addHeader("Origin", origin);
    }
    return request;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:8080",
        "127.0.0.1:8080",
        "[::1]:8080",
        "[::1]",
        "ask.example"
      })
  void ownHostsPass(String host) {
    assertThatCode(() -> gate.check(request(host, null))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:80",
        "[::2]",
        ""
      })
  void foreignHostsDoNot(String host) {
    assertThatThrownBy(() -> gate.check(request(host, null)))
        .isInstanceOfSatisfying(
            ApiException.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.HOST_NOT_ALLOWED));
  }

  @Test
  void aMissingHostDoesNotPass() {
    assertThatThrownBy(() -> gate.check(request(null, null))).isInstanceOf(ApiException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:8080, http://localhost:8080",
    "localhost:8080, https://ask.example",
    "ask.example, https://ask.example",
  })
  void ownOriginsPass(String host, String origin) {
    assertThatCode(() -> gate.check(request(host, origin))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"null", "http://evil.example", "http://localhost:9090", "http://localhost:8080.x"})
  void foreignOriginsDoNot(String origin) {
    assertThatThrownBy(() -> gate.check(request("localhost:8080", origin)))
        .isInstanceOfSatisfying(
            ApiException.class,
            e -> assertThat(e.code()).isEqualTo(ProblemCode.ORIGIN_NOT_ALLOWED));
  }
}
