package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What an operator sees of ingestion, of the index and of native memory. */
@Timeout(120)
class IngestMetricsTest {
  private static final String DOCUMENTS = "/api/v1/collections/handbook/documents";

  @TempDir static Path dataDir;
  private static TestServer server;
  private static Client admin;

  @BeforeAll
  static void start() throws Exception {
    server =
        new TestServer(dataDir, new FakeModels(), Map.of("retort.ingest.max-file-size", "1KB"));
    admin = server.admin();
    server.collection("handbook");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Optional<Double> told(String series) {
    return admin
        .get("/actuator/prometheus")
        .text()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .map(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst();
  }

  private static double documents(String status) {
    return told("retort_ingest_documents_total{status=\"" + status + "\"}").orElseThrow();
  }

  private static Client.File file(String name, String text) {
    return new Client.File(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static JsonNode upload(Client.File... files) {
    return admin.awaitJob(admin.upload(DOCUMENTS, List.of(files), null));
  }

  @Test
  void everyEndOfAFileIsCountedOnceAndEveryJobTimed() {
    double searchable = documents("SEARCHABLE");
    double jobs = told("retort_ingest_job_duration_seconds_count").orElseThrow();
    upload(
        file("five.txt", "Five days may be carried over."),
        file("blank.txt", " \n "),
        file("large.txt", "x".repeat(2_000)));

    assertThat(documents("SEARCHABLE")).isEqualTo(searchable + 1);
    assertThat(documents("NO_TEXT")).isEqualTo(1);
    assertThat(documents("LIMIT")).isEqualTo(1);
    assertThat(documents("FAILED")).isZero();
    assertThat(told("retort_ingest_documents_total{status=\"ACCEPTED\"}"))
        .as("no end of anything")
        .isEmpty();
    assertThat(told("retort_ingest_job_duration_seconds_count")).contains(jobs + 1);
    assertThat(told("retort_ingest_job_duration_seconds_sum").orElseThrow()).isPositive();

    upload(file("five.txt", "Five days may be carried over."));
    assertThat(documents("SEARCHABLE")).as("it was so already").isEqualTo(searchable + 1);
    assertThat(told("retort_ingest_job_duration_seconds_count")).contains(jobs + 2);
  }

  @Test
  void deletedChunksShowUntilTheyAreMergedAway() {
    server.collection("second");
    admin.awaitJob(
        admin.upload(
            "/api/v1/collections/second/documents",
            List.of(
                file("a.txt", "The canteen opens at eleven."),
                file("b.txt", "The library opens at nine."),
                file("c.txt", "The pool opens at seven.")),
            null));
    double before = told("retort_index_deleted_ratio").orElseThrow();
    assertThat(before).isBetween(0.0, 1.0);
    String gone =
        admin
            .get("/api/v1/collections/second/documents?path_prefix=a.txt")
            .json()
            .get("items")
            .get(0)
            .get("id")
            .asString();
    assertThat(admin.delete("/api/v1/documents/" + gone).status()).isEqualTo(204);

    while (told("retort_index_deleted_ratio").orElseThrow() <= before) {
      LockSupport.parkNanos(10_000_000);
      assertThat(Thread.interrupted()).as("the deletion never showed").isFalse();
    }
    assertThat(told("retort_index_deleted_ratio").orElseThrow()).isLessThan(1);
  }

  @Test
  void nativeMemoryIsThatOfEncoderAndGenerator() {
    assertThat(told("retort_ort_memory_bytes")).contains(3_000.0);
  }
}
