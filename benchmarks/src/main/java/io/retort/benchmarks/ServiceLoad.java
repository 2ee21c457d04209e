package io.retort.benchmarks;

import io.retort.benchmarks.Questions.Question;
import io.retort.benchmarks.ServiceClient.Answered;
import io.retort.benchmarks.ServiceClient.Asked;
import io.retort.benchmarks.ServiceClient.Failed;
import io.retort.benchmarks.ServiceClient.Refused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A running service under load, over HTTP: one asker against ten at once, and then requests that
 * come at their own pace, at multiples of what the ten got answered. Times of the latter count from
 * when a request was due, not from when the client came to send it: no omission is coordinated with
 * the service. {@code run-service-load.sh} starts a service for it.
 */
public final class ServiceLoad {
  private static final int WARM_UP = 10;
  private static final int ROUNDS = 2;

  private final List<ServiceClient> clients;
  private final List<Question> questions;
  private final Flags flags;
  private final Figures figures;
  private final int seconds;
  private final int deadlineMillis;
  private final AtomicInteger turn = new AtomicInteger();

  private ServiceLoad(
      List<ServiceClient> clients, List<Question> questions, Flags flags, Figures figures) {
    this.clients = clients;
    this.questions = questions;
    this.flags = flags;
    this.figures = figures;
    this.seconds = flags.number("seconds", 60);
    this.deadlineMillis = flags.number("deadline-ms", 10_000);
  }

  public static void main(String[] arguments) throws Exception {
    var flags =
        new Flags(
            arguments,
            Set.of(
                "url",
                "collection",
                "questions",
                "limit",
                "k",
                "style",
                "askers",
                "seconds",
                "factors",
                "deadline-ms",
                "seed",
                "expected"));
    String keys = System.getenv("RETORT_KEYS");
    if (keys == null) {
      throw new IllegalArgumentException(
          "RETORT_KEYS holds no API keys, with a space between any two");
    }
    List<Question> questions =
        Questions.read(flags.required("questions")).sample(flags.number("limit", 100));
    List<ServiceClient> clients =
        Arrays.stream(keys.strip().split(" +"))
            .map(
                key ->
                    new ServiceClient(
                        flags.required("url"), key, flags.text("collection", "sample")))
            .toList();
    var figures = new Figures();
    try {
      new ServiceLoad(clients, questions, flags, figures).run();
    } finally {
      clients.forEach(ServiceClient::close);
    }
    System.exit(figures.meet(flags.path("expected")) ? 0 : 3);
  }

  private void run() throws Exception {
    for (int i = 0; i < WARM_UP; i++) {
      Asked.answered(ask());
    }
    double capacity = oneAgainstMany();
    int number = 0;
    for (String factor : flags.text("factors", "0.5,1,2,5").split(",")) {
      String name = "load_" + factor.strip() + "x";
      openLoop(name, Double.parseDouble(factor) * capacity, capacity, number++);
      recovery(name);
    }
  }

  /** Keys and questions in turns, whoever asks. */
  private Asked ask() throws InterruptedException {
    int next = turn.getAndIncrement();
    ServiceClient client = clients.get(next % clients.size());
    return client.ask(
        client
            .request()
            .put("question", questions.get(next % questions.size()).text())
            .put("style", flags.text("style", "sentence"))
            .put("k", flags.number("k", 4))
            .put("timeout_ms", deadlineMillis)
            .put("store", false));
  }

  /**
   * In turns, so that what else the machine does meets both. Gives answers a second of the many.
   */
  private double oneAgainstMany() throws Exception {
    int many = flags.number("askers", 10);
    List<Closed> alone = new ArrayList<>();
    List<Closed> together = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      alone.add(closedLoop(1));
      together.add(closedLoop(many));
    }
    report("askers_1", alone);
    report("askers_" + many, together);
    double[] ratios = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      ratios[round] = together.get(round).tokensPerSecond() / alone.get(round).tokensPerSecond();
    }
    figures.addRuns(
        "askers_%d_over_1_tokens".formatted(many), Arrays.stream(ratios).boxed().toList(), "");
    return together.stream().mapToDouble(Closed::answersPerSecond).average().orElseThrow();
  }

  private void report(String name, List<Closed> rounds) {
    figures.addRuns(
        name + "_tokens_per_second",
        rounds.stream().map(Closed::tokensPerSecond).toList(),
        "tokens/s");
    figures.addRuns(
        name + "_answers_per_second",
        rounds.stream().map(Closed::answersPerSecond).toList(),
        "1/s");
    List<Answered> answers = rounds.stream().flatMap(round -> round.answers.stream()).toList();
    figures.addLatencies(
        name + "_first_byte", answers.stream().map(Answered::firstByteMillis).toList(), 50, 95, 99);
    figures.addLatencies(
        name + "_first_token", answers.stream().map(Answered::firstMillis).toList(), 50, 95, 99);
    figures.addLatencies(
        name + "_total", answers.stream().map(Answered::totalMillis).toList(), 50, 95, 99);
  }

  /** What askers got who each ask again as soon as they have an answer. */
  private record Closed(List<Answered> answers, double seconds) {
    double answersPerSecond() {
      return answers.size() / seconds;
    }

    double tokensPerSecond() {
      return answers.stream()
              .mapToInt(answer -> answer.done().path("usage").path("generated_tokens").asInt())
              .sum()
          / seconds;
    }
  }

  private Closed closedLoop(int askers) throws Exception {
    Queue<Answered> answers = new ConcurrentLinkedQueue<>();
    long start = System.nanoTime();
    long end = start + TimeUnit.SECONDS.toNanos(seconds) / ROUNDS;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> loops = new ArrayList<>();
      for (int i = 0; i < askers; i++) {
        loops.add(
            threads.submit(
                () -> {
                  do {
                    answers.add(Asked.answered(ask()));
                  } while (System.nanoTime() < end);
                  return null;
                }));
      }
      for (Future<?> loop : loops) {
        loop.get();
      }
    }
    return new Closed(List.copyOf(answers), (System.nanoTime() - start) / 1e9);
  }

  /**
   * What came of one request of the open loop, in milliseconds from when it was due.
   *
   * @param lagMillis until it was sent
   */
  private record Due(double lagMillis, double doneMillis, Asked asked) {}

  private void openLoop(String name, double perSecond, double capacity, int number)
      throws InterruptedException, ExecutionException {
    long[] arrivals = Arrivals.poisson(perSecond, seconds, (long) flags.number("seed", 0) + number);
    List<Future<Due>> pending = new ArrayList<>(arrivals.length);
    List<Due> results = new ArrayList<>(arrivals.length);
    double took;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      long start = System.nanoTime();
      for (long arrival : arrivals) {
        long due = start + arrival;
        for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
          LockSupport.parkNanos(early);
        }
        pending.add(threads.submit(() -> timed(due)));
      }
      for (Future<Due> result : pending) {
        results.add(result.get());
      }
      took = (System.nanoTime() - start) / 1e9; // what still waited at the last arrival counts too
    }
    report(name, perSecond, capacity, took, results);
  }

  private Due timed(long due) throws InterruptedException {
    double lag = (System.nanoTime() - due) / 1e6;
    Asked asked = ask();
    return new Due(lag, (System.nanoTime() - due) / 1e6, asked);
  }

  private void report(
      String name, double perSecond, double capacity, double took, List<Due> results) {
    if (results.isEmpty()) {
      throw new IllegalStateException(
          "no request was due at %.3f a second within %d seconds; take more"
              .formatted(perSecond, seconds));
    }
    List<Double> firstTokens = new ArrayList<>();
    List<Double> totals = new ArrayList<>();
    List<Double> refusals = new ArrayList<>();
    int good = 0;
    int honest = 0;
    int late = 0;
    int failed = 0;
    for (Due due : results) {
      switch (due.asked) {
        case Answered answered -> {
          firstTokens.add(due.lagMillis + answered.firstMillis());
          totals.add(due.doneMillis);
          if (due.doneMillis <= deadlineMillis) {
            good++;
          } else {
            late++;
          }
        }
        case Refused refused -> {
          refusals.add(due.doneMillis);
          honest += refused.honest() ? 1 : 0;
        }
        case Failed failure -> {
          late += failure.late() ? 1 : 0;
          failed += failure.late() ? 0 : 1;
          if (!failure.late()) {
            System.out.println("# " + failure.why());
          }
        }
      }
    }
    int sent = results.size();
    figures.add(name + "_offered_per_second", perSecond, "1/s", "n = " + sent);
    String spread =
        String.format(
            Locale.ROOT, "answers within %d ms, n = %d in %.1f s", deadlineMillis, good, took);
    figures.add(name + "_goodput_per_second", good / took, "1/s", spread);
    figures.add(
        name + "_goodput_of_possible", good / took / Math.min(perSecond, capacity), "", spread);
    figures.addShare(name + "_answered_in_time", good, sent);
    figures.addShare(name + "_refused", refusals.size(), sent);
    figures.addShare(name + "_late", late, sent);
    figures.addShare(name + "_failed", failed, sent);
    if (!refusals.isEmpty()) {
      figures.addShare(name + "_refusals_honest", honest, refusals.size());
      figures.addLatencies(name + "_refusal", refusals, 50, 95, 99);
    }
    if (!totals.isEmpty()) {
      figures.addLatencies(name + "_first_token", firstTokens, 50, 95, 99);
      figures.addLatencies(name + "_total", totals, 50, 95, 99);
    }
    // Large, it says that the client could not keep its own pace, and the rest says less.
    figures.addLatencies(
        name + "_client_lag", results.stream().map(Due::lagMillis).toList(), 50, 99);
  }

  /** After the last answer of a load: how long until a question is answered again. */
  private void recovery(String name) throws InterruptedException {
    long start = System.nanoTime();
    while (!(ask() instanceof Answered)) {
      if (System.nanoTime() - start > TimeUnit.MINUTES.toNanos(2)) {
        throw new IllegalStateException(
            "the service answers no question two minutes after " + name);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    figures.add(name + "_answers_again_ms", (System.nanoTime() - start) / 1e6, "ms", "one reading");
  }
}
