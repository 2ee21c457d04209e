package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.encoder.ModelIntegrityException;
import io.retort.web.fakes.Client;
import io.retort.web.fakes.TestServer;
import io.retort.web.rooms.OnnxModelSource;
import io.retort.web.settings.SettingsLoader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The service with nothing faked: forked parsers, the real encoder, Lucene, H2, and the decoder's
 * code over tiny seeded weights, whose words mean nothing but whose citations must hold.
 */
class WholeApplicationIT {
  private static final Path TINY = Path.of("../generator/src/test/resources/tiny-model");
  private static final Path MODELS = Path.of("../data/models");
  private static final String ENCODER = "retrieval-encoder.onnx";
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir static Path folder;
  private static Path models;

  /** The tiny decoder and the real encoder in one folder with one manifest. */
  @BeforeAll
  static void putModelsTogether() throws IOException {
    models = copyOfTiny("models");
    var manifest = (ObjectNode) JSON.readTree(Files.readString(models.resolve("manifest.json")));
    JsonNode real = JSON.readTree(Files.readString(MODELS.resolve("manifest.json")));
    for (JsonNode file : real.get("files")) {
      if (file.get("role").asString().equals("retrieval_encoder")) {
        Files.copy(MODELS.resolve(ENCODER), models.resolve(ENCODER));
        manifest.withArray("files").add(file);
      }
    }
    Files.writeString(models.resolve("manifest.json"), JSON.writeValueAsString(manifest));
  }

  private static Path copyOfTiny(String name) throws IOException {
    Path copy = Files.createDirectory(folder.resolve(name));
    try (Stream<Path> files = Files.list(TINY)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  private static Client.File file(String name, String text) {
    return new Client.File(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] encryptedPdf() throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var document = new PDDocument()) {
      document.addPage(new PDPage());
      document.protect(new StandardProtectionPolicy("owner", "user", new AccessPermission()));
      document.save(bytes);
    }
    return bytes.toByteArray();
  }

  private static List<Client.File> files() throws IOException {
    return List.of(
        file(
            "leave.txt",
            "Leave policy 🌴\n\nEmployees may carry over up to five unused leave days into the next"
                + " year. Carried days expire on 31 March.\n"),
        file(
            "parking.html",
            "<html><body><h1>Parking</h1><p>A parking permit costs ninety crowns a month."
                + "</p></body></html>"),
        file("canteen.md", "# Canteen\n\nLunch is served from eleven to two on weekdays.\n"),
        file("wrong-name.pdf", "This is plain text in spite of its name, and it can be read."),
        file("empty.txt", ""),
        file("corrupt.pdf", "%PDF-1.4\n1 0 obj\nnothing that follows is a PDF"),
        new Client.File("secret.pdf", encryptedPdf()),
        new Client.File(
            "program.docx", HexFormat.of().parseHex("4d5a90000300000004000000ffff0000")),
        new Client.File("huge.txt", new byte[(2 << 20) + 1]));
  }

  @Test
  void fromFilesToCitations() throws Exception {
    try (TestServer server =
        TestServer.ofProduct(
            folder.resolve("data"),
            models,
            Map.of(
                "retort.ingest.max-file-size",
                "2MB",
                "retort.answers.min-relevance",
                "0",
                "retort.ingest.workers",
                "1"))) {
      Client admin = server.admin();
      assertThat(server.anonymous().get("/health").text()).isEqualTo("{\"status\":\"ready\"}");
      server.collection("handbook");
      JsonNode job =
          admin.awaitJob(admin.upload("/api/v1/collections/handbook/documents", files(), null));
      assertThat(job.get("state").asString()).isEqualTo("partially_succeeded");
      assertThat(statuses(admin))
          .containsAllEntriesOf(
              Map.of(
                  "leave.txt", "SEARCHABLE",
                  "parking.html", "SEARCHABLE",
                  "canteen.md", "SEARCHABLE",
                  "wrong-name.pdf", "SEARCHABLE",
                  "empty.txt", "NO_TEXT",
                  "corrupt.pdf", "FAILED",
                  "secret.pdf", "ENCRYPTED",
                  "program.docx", "UNSUPPORTED",
                  "huge.txt", "LIMIT"));
      searches(admin);
      answers(admin);
    }
  }

  private static Map<String, String> statuses(Client admin) {
    var statuses = new TreeMap<String, String>();
    admin
        .get("/api/v1/collections/handbook/documents?limit=100")
        .json()
        .get("items")
        .forEach(d -> statuses.put(d.get("path").asString(), d.get("status").asString()));
    JsonNode jobs = admin.get("/api/v1/jobs").json().get("items");
    admin
        .get("/api/v1/jobs/" + jobs.get(0).get("id").asString() + "/items")
        .json()
        .get("items")
        .forEach(i -> statuses.putIfAbsent(i.get("path").asString(), i.get("status").asString()));
    return statuses;
  }

  private static void searches(Client admin) {
    JsonNode found =
        admin
            .post(
                "/api/v1/search",
                "{\"query\":\"How many unused leave days can I carry over?\",\"collection\":\"handbook\",\"k\":2}")
            .json();
    assertThat(found.get("neighbours").get(0).get("title").asString()).isEqualTo("leave");
    assertThat(found.get("neighbours").get(0).get("text").asString()).contains("five unused");
    assertThat(found.get("timings").get("encode_ms").isIntegralNumber()).isTrue();
  }

  private static void answers(Client admin) {
    String question =
        "{\"question\":\"How many unused leave days can I carry over?\",\"collection\":\"handbook\","
            + "\"style\":\"paragraph\",\"k\":4,\"max_tokens\":80,\"min_confidence\":0,\"include\":[\"tokens\"]}";
    var reply = admin.post("/api/v1/answers", question);
    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    JsonNode answer = reply.json();
    assertThat(answer.get("model").get("neighbours_in_prompt").asInt()).isZero();
    assertThat(answer.get("trace")).isNotEmpty();
    assertCitationsHold(admin, answer);

    List<Client.Event> events = admin.stream("/api/v1/answers", question);
    JsonNode streamed = events.getLast().data();
    assertThat(events.getLast().name()).isEqualTo("done");
    assertThat(streamed.get("answer")).isEqualTo(answer.get("answer"));
    assertThat(streamed.get("citations")).isEqualTo(answer.get("citations"));
    var joined = new StringBuilder();
    events.stream()
        .filter(e -> e.name().equals("token"))
        .forEach(e -> joined.append(e.data().get("text").asString()));
    if (!streamed.get("abstained").asBoolean()) {
      assertThat(joined.toString()).isEqualTo(streamed.get("answer").asString());
    }
    JsonNode kept = admin.get("/api/v1/answers/" + streamed.get("id").asString()).json();
    assertThat(kept.get("answer")).isEqualTo(streamed.get("answer"));
    assertThat(kept.get("citations")).isEqualTo(streamed.get("citations"));
  }

  private static void assertCitationsHold(Client admin, JsonNode answer) {
    for (JsonNode citation : answer.get("citations")) {
      JsonNode span = citation.get("source_span");
      JsonNode passage =
          admin
              .get(
                  "/api/v1/documents/%s/passage?start=%d&end=%d&version=%d"
                      .formatted(
                          citation.get("document_id").asString(),
                          span.get("start").asInt(),
                          span.get("end").asInt(),
                          citation.get("version").asInt()))
              .json();
      assertThat(passage.get("text")).isEqualTo(citation.get("quote"));
      assertThat(answer.get("trace").toString()).contains(citation.get("chunk_id").asString());
    }
  }

  @Test
  void aDamagedModelFileIsNamedBeforeItIsOpened() throws IOException {
    Path damaged = copyOfTiny("damaged");
    var source =
        new OnnxModelSource(
            SettingsLoader.load(
                Map.of(
                    "retort.data-dir", folder.resolve("none").toString(),
                    "retort.models.dir", damaged.toString()),
                Map.of()));
    Path graph = damaged.resolve("decoder.onnx");
    byte[] good = Files.readAllBytes(graph);

    byte[] flipped = good.clone();
    flipped[good.length / 2] ^= 1;
    Files.write(graph, flipped);
    assertRefused(source, "decoder.onnx", "sha256");

    Files.write(graph, good, StandardOpenOption.TRUNCATE_EXISTING);
    try (var channel = Files.newByteChannel(graph, StandardOpenOption.WRITE)) {
      channel.truncate(good.length / 2);
    }
    assertRefused(source, "decoder.onnx", "" + good.length);

    Files.delete(graph);
    assertRefused(source, "decoder.onnx", "");
  }

  private static void assertRefused(OnnxModelSource source, String file, String said) {
    assertThatThrownBy(source::openDecoder)
        .isInstanceOf(ModelIntegrityException.class)
        .hasMessageContaining(file)
        .hasMessageContaining(said);
  }
}
