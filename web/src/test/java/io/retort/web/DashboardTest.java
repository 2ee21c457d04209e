package io.retort.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.fakes.Client;
import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The dashboard asks for what the service tells, and the service tells what was agreed. */
class DashboardTest {
  private static final Path DASHBOARD = Path.of("../deploy/grafana/retort.json");

  /** A name and the labels behind it, as the service writes and an expression selects them. */
  private static final Pattern SERIES =
      Pattern.compile("\\b((?:retort|gen_ai|http|jvm|process|system)_[a-z_]+)(?:\\{([^}]*)})?");

  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=~?\"");
  private static final Pattern GROUPING = Pattern.compile("\\bby \\(([a-z_]+)\\)");

  @TempDir static Path dataDir;
  private static TestServer server;
  private static Client admin;

  @BeforeAll
  static void start() throws Exception {
    server = new TestServer(dataDir, new FakeModels(), Map.of());
    admin = server.admin();
    server.collection("handbook");
    admin.post(
        "/api/v1/collections/handbook/documents",
        "{\"documents\":[{\"path\":\"leave.txt\",\"text\":\"Five days may be carried over.\"}]}");
    while (server.server().rooms().ingest().health().openOperations() > 0) {
      Thread.onSpinWait();
    }
    admin.post("/api/v1/answers", "{\"question\":\"How many days?\",\"collection\":\"handbook\"}");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static String scrape() {
    return admin.get("/actuator/prometheus").text();
  }

  /** By name, the labels of every series that is written. */
  private static Map<String, Set<String>> told() {
    var told = new HashMap<String, Set<String>>();
    scrape()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              Matcher series = SERIES.matcher(line);
              if (series.lookingAt()) {
                told.computeIfAbsent(series.group(1), _ -> new HashSet<>()).addAll(labels(series));
              }
            });
    return told;
  }

  private static List<String> labels(Matcher series) {
    return series.group(2) == null
        ? List.of()
        : LABEL.matcher(series.group(2)).results().map(label -> label.group(1)).toList();
  }

  private static List<String> expressions() throws IOException {
    var expressions = new ArrayList<String>();
    JsonNode dashboard = new JsonMapper().readTree(Files.readString(DASHBOARD));
    for (JsonNode panel : dashboard.get("panels")) {
      for (JsonNode target : panel.path("targets")) {
        expressions.add(target.get("expr").asString());
      }
    }
    return expressions;
  }

  @Test
  void theDashboardAsksForNothingElseThanIsTold() throws IOException {
    Map<String, Set<String>> told = told();
    assertThat(expressions()).hasSizeGreaterThan(20);
    for (String expression : expressions()) {
      var known = new HashSet<>(Set.of("instance")); // Prometheus adds it
      Matcher asked = SERIES.matcher(expression);
      while (asked.find()) {
        assertThat(told).as(expression).containsKey(asked.group(1));
        known.addAll(told.get(asked.group(1)));
        assertThat(known).as(expression).containsAll(labels(asked));
      }
      Matcher grouping = GROUPING.matcher(expression);
      while (grouping.find()) {
        assertThat(known).as(expression).contains(grouping.group(1));
      }
    }
  }

  @Test
  void everyOutcomeIsToldBeforeItHappens() {
    String text = scrape();
    for (String outcome :
        List.of("answered", "no_relevant_passage", "low_confidence", "cancelled", "error")) {
      assertThat(text).contains("retort_answers_total{outcome=\"" + outcome + "\"}");
    }
    assertThat(text).contains("retort_citation_invalid_total 0.0");
  }

  @Test
  void theRoomsAreToldAsTheyAre() {
    assertThat(scrape())
        .contains("retort_ready 1.0")
        .contains("retort_index_chunks 1.0")
        .contains("retort_index_drift 0.0")
        .contains("retort_index_deleted_ratio 0.0")
        .contains("retort_queue_depth{queue=\"ingest\"} 0.0")
        .contains("retort_device{device=\"cpu\"} 1.0")
        .contains("retort_device{device=\"cuda\"} 0.0");
  }

  @Test
  void noFolderIsNamed() {
    assertThat(scrape()).doesNotContain(dataDir.toString()).doesNotContain("path=");
  }
}
