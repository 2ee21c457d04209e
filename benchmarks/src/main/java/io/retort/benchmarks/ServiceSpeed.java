package io.retort.benchmarks;

import io.retort.benchmarks.Questions.Question;
import io.retort.benchmarks.ServiceClient.Answered;
import io.retort.benchmarks.ServiceClient.Asked;
import io.retort.benchmarks.ServiceClient.Timed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A running service over HTTP, one request at a time: search, answers as streams, and what the
 * answers were worth on a question set. {@code run-service.sh} starts a service for it.
 */
public final class ServiceSpeed {
  private ServiceSpeed() {}

  public static void main(String[] arguments) throws Exception {
    var flags =
        new Flags(
            arguments,
            Set.of("url", "collection", "questions", "limit", "k", "style", "pid", "expected"));
    String key = System.getenv("RETORT_KEY");
    if (key == null) {
      throw new IllegalArgumentException("RETORT_KEY holds no API key");
    }
    List<Question> questions =
        Questions.read(flags.required("questions")).sample(flags.number("limit", 100));
    var figures = new Figures();
    try (var client =
        new ServiceClient(flags.required("url"), key, flags.text("collection", "sample"))) {
      search(client, questions, figures);
      answers(client, questions, flags, figures);
    }
    memory(flags.text("pid", ""), figures);
    System.exit(figures.meet(flags.path("expected")) ? 0 : 3);
  }

  private static void search(ServiceClient client, List<Question> questions, Figures figures)
      throws IOException, InterruptedException {
    List<Double> total = new ArrayList<>();
    List<Double> encode = new ArrayList<>();
    List<Double> retrieve = new ArrayList<>();
    for (Question question : questions) {
      Timed found =
          client.post(
              "/api/v1/search", client.request().put("query", question.text()).put("k", 10));
      total.add(found.millis());
      encode.add(found.body().path("timings").path("encode_ms").asDouble());
      retrieve.add(found.body().path("timings").path("retrieve_ms").asDouble());
    }
    figures.addLatencies("search_http", total);
    figures.addLatencies("search_encode", encode);
    figures.addLatencies("search_retrieve", retrieve);
  }

  private static void answers(
      ServiceClient client, List<Question> questions, Flags flags, Figures figures)
      throws IOException, InterruptedException {
    List<Double> first = new ArrayList<>();
    List<Double> total = new ArrayList<>();
    List<Double> rates = new ArrayList<>();
    int answerable = 0;
    int answered = 0;
    int right = 0;
    int cited = 0;
    int unanswerable = 0;
    int declined = 0;
    for (Question question : questions) {
      Answered answer =
          Asked.answered(
              client.ask(
                  client
                      .request()
                      .put("question", question.text())
                      .put("style", flags.text("style", "sentence"))
                      .put("k", flags.number("k", 4))
                      .put("store", false)));
      first.add(answer.firstMillis());
      total.add(answer.totalMillis());
      addRate(answer.done(), rates);
      boolean abstained = answer.done().path("abstained").asBoolean();
      if (question.answers().isEmpty()) {
        unanswerable++;
        declined += abstained ? 1 : 0;
      } else {
        answerable++;
        answered += abstained ? 0 : 1;
        right += !abstained && holds(answer.done().path("answer").asString(), question) ? 1 : 0;
        cited += !abstained && !answer.done().path("citations").isEmpty() ? 1 : 0;
      }
    }
    figures.addLatencies("answer_first_token", first);
    figures.addLatencies("answer_total", total);
    if (!rates.isEmpty()) {
      figures.addRuns("decode_tokens_per_second", rates, "tokens/s");
    }
    if (answerable > 0) {
      figures.addShare("answerable_answered", answered, answerable);
      figures.addShare("answerable_with_expected_words", right, answerable);
      figures.addShare("answerable_cited", cited, answerable);
    }
    if (unanswerable > 0) {
      figures.addShare("unanswerable_declined", declined, unanswerable);
    }
  }

  /** Single tokens say more of the clock's step than of the decoder. */
  private static void addRate(JsonNode done, List<Double> rates) {
    int tokens = done.path("usage").path("generated_tokens").asInt();
    double decodeMillis = done.path("timings").path("decode_ms").asDouble();
    if (tokens > 2 && decodeMillis > 0) {
      rates.add(tokens * 1_000 / decodeMillis);
    }
  }

  private static boolean holds(String answer, Question question) {
    String words = answer.toLowerCase(Locale.ROOT);
    return question.answers().stream().anyMatch(a -> words.contains(a.toLowerCase(Locale.ROOT)));
  }

  /** Resident memory of the service, where the system tells (Linux). */
  private static void memory(String pid, Figures figures) throws IOException {
    if (pid.isEmpty()) {
      return;
    }
    for (String line : Files.readAllLines(Path.of("/proc", pid, "status"))) {
      @Nullable String metric = null;
      if (line.startsWith("VmRSS:")) {
        metric = "service_rss_mb";
      } else if (line.startsWith("VmHWM:")) {
        metric = "service_rss_peak_mb";
      }
      if (metric != null) {
        double kilobytes = Double.parseDouble(line.replaceAll("[^0-9]", ""));
        figures.add(metric, kilobytes / 1024, "MB", "one reading");
      }
    }
  }
}
