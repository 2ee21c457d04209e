package io.retort.web.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpError;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The protocol's own Java client, which validates what a tool gives against its schema. */
@Timeout(300)
class OfficialClientTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir static Path dataDir;
  private static TestServer server;
  private static Client writer;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(dataDir, new FakeModels(), Map.of());
    server.collection("handbook");
    writer = server.withKey("ask read write", "handbook");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static McpClient.SyncSpec spec(Client of, List<String> versions) {
    return McpClient.sync(
            HttpClientStreamableHttpTransport.builder(server.address())
                .requestBuilder(of.request("/mcp"))
                .supportedProtocolVersions(versions)
                .build())
        .requestTimeout(Duration.ofSeconds(60))
        .initializationTimeout(Duration.ofSeconds(60));
  }

  private static McpSyncClient client(Client of, List<String> versions) {
    return spec(of, versions).enableCallToolSchemaCaching(true).build();
  }

  /** The structured content, with which the text has to agree. */
  private static JsonNode call(McpSyncClient client, String tool, Map<String, Object> arguments) {
    CallToolResult result =
        client.callTool(CallToolRequest.builder(tool).arguments(arguments).build());
    assertThat(result.isError()).as(String.valueOf(result.content())).isFalse();
    JsonNode structured = JSON.valueToTree(result.structuredContent());
    assertThat(JSON.readTree(((TextContent) result.content().getFirst()).text()))
        .isEqualTo(structured);
    return structured;
  }

  @ParameterizedTest
  @ValueSource(strings = {"2025-11-25", "2025-06-18", "2025-03-26"})
  void everyToolWorks(String version) {
    try (McpSyncClient client = client(writer, List.of(version))) {
      assertThat(client.initialize().protocolVersion()).isEqualTo(version);
      assertThat(client.getServerInfo().name()).isEqualTo("retort");
      client.ping();
      assertThat(client.listTools().tools())
          .extracting(Tool::name)
          .containsExactly(
              "ask",
              "search",
              "get_passage",
              "list_collections",
              "list_documents",
              "add_document",
              "delete_document");

      String path = "leave-" + version + ".txt";
      JsonNode added =
          call(
              client,
              "add_document",
              Map.of(
                  "collection",
                  "handbook",
                  "path",
                  path,
                  "text",
                  "Leave policy 🌴 of " + version + ": five unused days go into the next year."));
      String job = added.get("job_id").asString();
      assertThat(
              writer.stream("/api/v1/jobs/" + job + "/events", null)
                  .getLast()
                  .data()
                  .get("state")
                  .asString())
          .isEqualTo("succeeded");
      String document = added.get("document_id").asString();

      JsonNode collections = call(client, "list_collections", Map.of());
      assertThat(collections.get("items").get(0).get("id").asString()).isEqualTo("handbook");
      JsonNode documents =
          call(
              client,
              "list_documents",
              Map.of("collection", "handbook", "path_prefix", path, "limit", 1));
      assertThat(documents.get("items").get(0).get("id").asString()).isEqualTo(document);
      JsonNode found =
          call(client, "search", Map.of("query", "policy of " + version, "collection", "handbook"));
      assertThat(found.get("neighbours").get(0).get("document_id").asString()).isEqualTo(document);
      JsonNode answer =
          call(
              client,
              "ask",
              Map.of(
                  "question", "policy of " + version, "collection", "handbook", "style", "short"));
      JsonNode citation = answer.get("citations").get(0);
      JsonNode passage =
          call(
              client,
              "get_passage",
              Map.of(
                  "document_id", citation.get("document_id").asString(),
                  "start", citation.get("source_span").get("start").asInt(),
                  "end", citation.get("source_span").get("end").asInt()));
      assertThat(passage.get("text")).isEqualTo(citation.get("quote"));
      assertThat(call(client, "delete_document", Map.of("document_id", document)).toString())
          .isEqualTo("{\"deleted\":1}");

      CallToolResult gone =
          client.callTool(
              CallToolRequest.builder("get_passage")
                  .arguments(Map.of("document_id", document, "start", 0, "end", 1))
                  .build());
      assertThat(gone.isError()).isTrue();
      assertThat(((TextContent) gone.content().getFirst()).text()).contains("document_not_found");
    }
  }

  /** Without the cache of schemas, for which this client asks in the version that it wanted. */
  @Test
  void aLaterVersionIsTalkedDown() {
    try (McpSyncClient client = spec(writer, List.of("2025-11-25", "2026-07-28")).build()) {
      assertThat(client.initialize().protocolVersion()).isEqualTo("2025-11-25");
      assertThat(client.listTools().tools()).isNotEmpty();
    }
  }

  @Test
  void aReadKeySeesNoToolThatWrites() {
    Client reader = server.withKey("read");
    try (McpSyncClient client = client(reader, List.of("2025-11-25"))) {
      client.initialize();
      assertThat(client.listTools().tools())
          .extracting(Tool::name)
          .containsExactly("get_passage", "list_collections", "list_documents")
          .allSatisfy(name -> assertThat(name).doesNotContain("add").doesNotContain("delete"));
    }
  }

  @Test
  void anUnknownToolIsAnErrorOfTheProtocol() {
    try (McpSyncClient client = client(writer, List.of("2025-11-25"))) {
      client.initialize();
      assertThatThrownBy(() -> client.callTool(CallToolRequest.builder("fly").build()))
          .isInstanceOf(McpError.class)
          .satisfies(e -> assertThat(((McpError) e).getJsonRpcError().code()).isEqualTo(-32602));
    }
  }

  @Test
  void withoutAKeyThereIsNoConversation() {
    try (McpSyncClient client = client(server.anonymous(), List.of("2025-11-25"))) {
      assertThatThrownBy(client::initialize).hasStackTraceContaining("Authorization error");
    }
  }
}
