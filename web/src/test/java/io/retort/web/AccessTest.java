package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who comes in, with what, and how far. */
class AccessTest {
  @TempDir static Path dataDir;
  private static TestServer server;
  private static Client admin;

  @BeforeAll
  static void start() throws Exception {
    server =
        new TestServer(
            dataDir, new FakeModels(), Map.of("retort.limits.requests-per-minute", "50"));
    admin = server.admin();
    server.collection("mine");
    server.collection("theirs");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String json(Client.Reply reply, String field) {
    return reply.json().get(field).asString();
  }

  private static String tokenOf(String url) {
    return url.substring(url.indexOf("#token=") + "#token=".length());
  }

  private static Client.Reply login(String token) {
    return server.anonymous().post("/login", Client.json(Map.of("token", token)));
  }

  /** The two cookies of a fresh session: the header, and the CSRF token's value. */
  private record Session(String cookie, String csrf) {}

  private static Session session(String scopes) {
    var made =
        admin.post(
            "/api/v1/admin/logins",
            Client.json(Map.of("name", "Ada", "scopes", scopes.split(" "))));
    Client.Reply reply = login(tokenOf(json(made, "url")));
    assertThat(reply.status()).isEqualTo(204);
    List<String> cookies = reply.response().headers().allValues("Set-Cookie");
    String session = value(cookies, "RETORT_SESSION");
    String csrf = value(cookies, "XSRF-TOKEN");
    return new Session("RETORT_SESSION=" + session + "; XSRF-TOKEN=" + csrf, csrf);
  }

  private static String value(List<String> cookies, String name) {
    String cookie =
        cookies.stream().filter(c -> c.startsWith(name + "=")).findFirst().orElseThrow();
    return cookie.substring(name.length() + 1, cookie.indexOf(';'));
  }

  @Test
  void everyCallerLearnsWhatItsOwnCredentialMayDo() {
    Client.Reply mine = server.withKey("ask read", "mine").get("/api/v1/me");
    assertThat(mine.status()).isEqualTo(200);
    assertThat(mine.json().toString())
        .isEqualTo("{\"name\":\"test\",\"scopes\":[\"ask\",\"read\"],\"collections\":[\"mine\"]}");
    assertThat(admin.get("/api/v1/me").json().get("scopes").toString()).contains("admin");
    assertThat(server.withKey("ask").get("/api/v1/me").code()).isEqualTo("missing_scope");
  }

  @Test
  void everyWayOfNotBeingKnownGivesTheSameBody() {
    Client key = server.withKey("read");
    String id = admin.get("/api/v1/keys?limit=100").json().get("items").get(0).get("id").asString();
    Client revoked = server.withKey("read");
    admin
        .get("/api/v1/keys?limit=100")
        .json()
        .get("items")
        .forEach(
            k -> {
              if (!k.get("id").asString().equals(id)) {
                admin.delete("/api/v1/keys/" + k.get("id").asString());
              }
            });
    admin.patch("/api/v1/keys/" + id, "{\"suspended\":true}");
    var bodies =
        List.of(
                server.anonymous(),
                server.anonymous().with("rt_nonsense"),
                server.anonymous().with("x"),
                key,
                revoked)
            .stream()
            .map(c -> c.get("/api/v1/collections"))
            .toList();
    for (Client.Reply reply : bodies) {
      assertThat(reply.status()).isEqualTo(401);
      assertThat(reply.header("WWW-Authenticate")).isEqualTo("Bearer");
      assertThat(reply.text().replaceAll("[0-9a-f]{32}", ""))
          .isEqualTo(bodies.getFirst().text().replaceAll("[0-9a-f]{32}", ""));
    }
    admin.patch("/api/v1/keys/" + id, "{\"suspended\":false}");
  }

  @Test
  void aKeyIsShownOnceAndKeptAsAHashOnly() {
    var made =
        admin.post(
            "/api/v1/keys",
            "{\"name\":\"intranet\",\"scopes\":[\"ask\",\"read\"],\"collections\":[\"mine\"],\"expires_at\":null}");
    assertThat(made.status()).isEqualTo(201);
    String key = json(made, "key");
    assertThat(key).matches("rt_[0-9a-z]{52}").startsWith(json(made, "prefix"));
    var list = admin.get("/api/v1/keys?limit=100");
    assertThat(list.text()).contains(json(made, "id")).doesNotContain(key);
    assertThat(server.anonymous().with(key).get("/api/v1/collections").status()).isEqualTo(200);
    assertThat(admin.delete("/api/v1/keys/" + json(made, "id")).status()).isEqualTo(204);
    assertThat(admin.delete("/api/v1/keys/" + json(made, "id")).status()).isEqualTo(404);
    assertThat(server.anonymous().with(key).get("/api/v1/collections").status()).isEqualTo(401);
  }

  @Test
  void aKeySeesItsCollectionsOnly() {
    Client mine = server.withKey("ask read write", "mine");
    assertThat(mine.get("/api/v1/collections").json().get("items"))
        .extracting(c -> c.get("id").asString())
        .containsExactly("mine");
    var foreign = mine.get("/api/v1/collections/theirs");
    var missing = mine.get("/api/v1/collections/nowhere");
    assertThat(foreign.status()).isEqualTo(404);
    assertThat(foreign.text().replaceAll("[0-9a-f]{32}|theirs", ""))
        .isEqualTo(missing.text().replaceAll("[0-9a-f]{32}|nowhere", ""));
    var search =
        mine.post("/api/v1/search", "{\"query\":\"x\",\"collections\":[\"mine\",\"theirs\"]}");
    assertThat(search.code()).isEqualTo("collection_not_found");
  }

  @Test
  void aMissingScopeIsNamed() {
    var reply = server.withKey("ask").get("/api/v1/collections");
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.code()).isEqualTo("missing_scope");
    assertThat(json(reply, "detail")).contains("'read'");
    assertThat(server.withKey("read").get("/actuator/prometheus").code())
        .isEqualTo("missing_scope");
    var raw =
        server
            .withKey("ask")
            .post(
                "/api/v1/search",
                "{\"query\":\"x\",\"collection\":\"mine\",\"include\":[\"raw_scores\"]}");
    assertThat(raw.code()).isEqualTo("missing_scope");
  }

  @Test
  void aLoginTokenWorksOnce() {
    var made = admin.post("/api/v1/admin/logins", "{\"name\":\"Ada\",\"scopes\":[\"admin\"]}");
    assertThat(made.status()).isEqualTo(201);
    String url = json(made, "url");
    assertThat(url).startsWith(server.address() + "/login#token=");
    Client.Reply first = login(tokenOf(url));
    assertThat(first.status()).isEqualTo(204);
    List<String> cookies = first.response().headers().allValues("Set-Cookie");
    assertThat(cookies)
        .anySatisfy(
            c ->
                assertThat(c)
                    .startsWith("RETORT_SESSION=")
                    .contains("HttpOnly")
                    .contains("SameSite=Strict"))
        .anySatisfy(
            c ->
                assertThat(c)
                    .startsWith("XSRF-TOKEN=")
                    .contains("SameSite=Strict")
                    .doesNotContain("HttpOnly"));
    assertThat(login(tokenOf(url)).status()).isEqualTo(401);
  }

  @Test
  void behindAProxyWithTlsCookiesGoByHttpsAlone(@TempDir Path own) throws Exception {
    var settings = Map.of("retort.server.public-url", "https://ask.example.org");
    try (var behindProxy = new TestServer(own, new FakeModels(), settings)) {
      String url = Files.readString(own.resolve("login-url")).strip();
      assertThat(url).startsWith("https://ask.example.org/login#token=");
      var reply =
          behindProxy.anonymous().post("/login", Client.json(Map.of("token", tokenOf(url))));
      assertThat(reply.status()).isEqualTo(204);
      assertThat(reply.response().headers().allValues("Set-Cookie"))
          .hasSize(2)
          .allSatisfy(cookie -> assertThat(cookie).contains("Secure"));
    }
  }

  @Test
  void theFirstLoginAddressLiesInAPrivateFile() throws IOException {
    Path file = dataDir.resolve("login-url");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(dataDir.resolve("service.json"))))
        .isEqualTo("rw-------");
    assertThat(login(tokenOf(Files.readString(file).strip())).status()).isEqualTo(204);
  }

  @Test
  void aSessionReadsFreelyAndChangesOnlyWithItsCsrfToken() {
    Session session = session("admin");
    HttpRequest.Builder read =
        server.anonymous().request("/api/v1/collections").header("Cookie", session.cookie);
    assertThat(admin.send(read.build()).status()).isEqualTo(200);
    for (String token : new String[] {"", "wrong", session.csrf.replace('a', 'b') + "x"}) {
      var change =
          server
              .anonymous()
              .request("/api/v1/keys")
              .header("Cookie", session.cookie)
              .header("Content-Type", "application/json")
              .header("X-XSRF-TOKEN", token)
              .POST(BodyPublishers.ofString("{}"));
      var refused = admin.send(change.build());
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.code()).isEqualTo("csrf_token_invalid");
    }
    var change =
        server
            .anonymous()
            .request("/api/v1/keys")
            .header("Cookie", session.cookie)
            .header("Content-Type", "application/json")
            .header("X-XSRF-TOKEN", session.csrf)
            .POST(BodyPublishers.ofString("{}"));
    assertThat(admin.send(change.build()).code()).isEqualTo("missing_field");
    var logout =
        server
            .anonymous()
            .request("/logout")
            .header("Cookie", session.cookie)
            .header("X-XSRF-TOKEN", session.csrf)
            .POST(BodyPublishers.noBody());
    assertThat(admin.send(logout.build()).status()).isEqualTo(204);
    assertThat(admin.send(read.build()).status()).isEqualTo(401);
  }

  @Test
  void pagesWithoutASessionLeadToLogin() {
    for (String page :
        List.of(
            "/",
            "/history",
            "/collections/mine",
            "/documents/doc_1",
            "/admin",
            "/swagger-ui.html")) {
      var reply = server.anonymous().get(page);
      assertThat(reply.status()).as(page).isEqualTo(302);
      assertThat(reply.header("Location"))
          .isEqualTo(
              page.equals("/")
                  ? "/login"
                  : "/login?to=" + URLEncoder.encode(page, StandardCharsets.UTF_8));
    }
    assertThat(server.anonymous().get("/documents/doc_1?start=4&end=9").header("Location"))
        .isEqualTo("/login?to=%2Fdocuments%2Fdoc_1%3Fstart%3D4%26end%3D9");
    assertThat(server.anonymous().get("/?collection=" + "c".repeat(3_000)).header("Location"))
        .isEqualTo("/login");
  }

  @Test
  void whatIsOpenToAllIsOpen() {
    assertThat(server.anonymous().get("/health").status()).isEqualTo(200);
    assertThat(server.anonymous().get("/health").text()).isEqualTo("{\"status\":\"ready\"}");
    assertThat(server.anonymous().get("/actuator/health/liveness").status()).isEqualTo(200);
    assertThat(server.anonymous().get("/actuator/health/readiness").status()).isEqualTo(200);
    assertThat(server.anonymous().get("/problems/not_found").status()).isEqualTo(200);
    assertThat(server.anonymous().get("/actuator/health/ingest").status()).isEqualTo(401);
    assertThat(server.anonymous().get("/actuator/info").status()).isEqualTo(401);
    assertThat(server.anonymous().get("/v3/api-docs").status()).isEqualTo(401);
    assertThat(admin.get("/actuator/health/ingest").status()).isEqualTo(200);
    assertThat(admin.get("/actuator/info").status()).isEqualTo(200);
    assertThat(admin.get("/actuator/prometheus").text()).contains("retort_queue_depth");
  }

  @Test
  void theDocumentationIsOpenAndNothingBesideIt() {
    Client nobody = server.anonymous();
    for (String path :
        List.of("/docs", "/docs/", "/docs/install", "/docs/adr", "/docs/search?q=key")) {
      var page = nobody.get(path);
      assertThat(page.status()).as(path).isEqualTo(200);
      assertThat(page.header("Content-Type")).isEqualTo("text/html;charset=UTF-8");
      assertThat(page.text()).contains("<h1").doesNotContain(dataDir.toString());
      assertThat(server.withKey("ask").get(path).status()).isEqualTo(200);
    }
    for (String path :
        List.of("/docs/nothing", "/docs/README.md", "/docs/install/", "/docs/adr/0")) {
      assertThat(nobody.get(path).status()).as(path).isEqualTo(404);
      assertThat(nobody.get(path).code()).isEqualTo("not_found");
    }
    for (String path : List.of("/docsx", "/docs/%2e%2e/api/v1/jobs", "/docs//etc/passwd")) {
      assertThat(nobody.get(path).status()).as(path).isEqualTo(401);
    }
    assertThat(nobody.post("/docs/install", "{}").status()).isEqualTo(405);
    assertThat(nobody.delete("/docs").status()).isEqualTo(405);
  }

  /** A compressed length would tell of a secret that stands beside a caller's own words. */
  @Test
  void pagesTravelCompressedAndAnswersWithSecretsDoNot() {
    for (String path :
        List.of(
            "/docs/configuration",
            "/assets/app.js",
            "/assets/retort.css",
            "/webjars/lit-html/lit-html.js")) {
      var reply = compressed(server.anonymous(), path);
      assertThat(reply.status()).as(path).isEqualTo(200);
      assertThat(reply.header("Content-Encoding")).as(path).isEqualTo("gzip");
      assertThat(reply.header("Vary")).as(path).containsIgnoringCase("accept-encoding");
      assertThat(server.anonymous().get(path).header("Content-Encoding")).as(path).isEmpty();
    }
    var description = compressed(server.admin(), "/v3/api-docs");
    assertThat(description.response().body()).hasSizeGreaterThan(10_000);
    assertThat(description.header("Content-Encoding")).isEmpty();
  }

  private static Client.Reply compressed(Client client, String path) {
    return client.send(client.request(path).header("Accept-Encoding", "gzip").GET().build());
  }

  @Test
  void everyResponseIsClosed() {
    for (String path :
        List.of("/health", "/problems/not_found", "/api/v1/nothing", "/login", "/docs/install")) {
      var reply = server.anonymous().get(path);
      assertThat(reply.header("Content-Security-Policy"))
          .as(path)
          .startsWith("default-src 'none'; script-src 'self'")
          .contains("frame-ancestors 'none'")
          .contains("require-trusted-types-for 'script'");
      assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(reply.header("Referrer-Policy")).isEqualTo("no-referrer");
      assertThat(reply.header("Access-Control-Allow-Origin")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/api/v1/collections", "/login", "/assets/x.js", "/docs"})
  void aForeignHostIsRefusedEverywhere(String path) throws IOException {
    URI uri = URI.create(server.address());
    try (var socket = new Socket(uri.getHost(), uri.getPort())) {
      socket
          .getOutputStream()
          .write(
              ("GET " + path + " HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 403").contains("host_not_allowed");
    }
  }

  @Test
  void aForeignOriginIsRefused() {
    var reply =
        admin.send(
            admin.request("/api/v1/collections").header("Origin", "http://evil.example").build());
    assertThat(reply.code()).isEqualTo("origin_not_allowed");
  }

  @Test
  void aTraceIdIsTakenOver() {
    String id = "4bf92f3577b34da6a3ce929d0e0e4736";
    var reply =
        admin.send(
            admin
                .request("/health")
                .header("traceparent", "00-" + id + "-00f067aa0ba902b7-01")
                .build());
    assertThat(reply.header("X-Trace-Id")).isEqualTo(id);
  }

  @Test
  void aKeyThatAsksTooOftenIsToldWhenToComeBack() {
    Client key = server.withKey("read");
    Client.Reply last = key.get("/api/v1/jobs");
    for (int i = 0; i < 60 && last.status() == 200; i++) {
      last = key.get("/api/v1/jobs");
    }
    assertThat(last.status()).isEqualTo(429);
    assertThat(last.code()).isEqualTo("rate_limited");
    assertThat(last.header("Retry-After")).isIn("1", "2");
  }
}
