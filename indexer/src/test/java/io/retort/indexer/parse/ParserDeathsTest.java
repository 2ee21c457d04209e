package io.retort.indexer.parse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.indexer.ParseOutcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever a parser does, this JVM goes on, and so does the next file. */
@Tag("IN-11")
class ParserDeathsTest {
  private static final ParseLimits LIMITS =
      new ParseLimits(100_000, 1L << 20, 100, Duration.ofSeconds(60), Duration.ofSeconds(120), 1);

  @TempDir static Path folder;

  private static ForkedParsers parsers;

  static ForkSettings settings(int filesPerFork) {
    var classPath = new ArrayList<>(ParserClassPath.ofThisJvm());
    classPath.add(
        Path.of(
            MisbehavingParser.class.getProtectionDomain().getCodeSource().getLocation().getPath()));
    return new ForkSettings(
        Path.of(System.getProperty("java.home"), "bin", "java"),
        classPath,
        folder.resolve("forks"),
        64,
        2,
        filesPerFork);
  }

  static ForkedParsers open(Isolation isolation, int filesPerFork) {
    return ForkedParsers.open(
        settings(filesPerFork), isolation, List.of(MisbehavingParser.class.getName()));
  }

  @BeforeAll
  static void open() throws Exception {
    parsers = open(Isolation.probe(), 200);
  }

  @AfterAll
  static void close() {
    parsers.close();
  }

  private static ParseOutcome done(ForkedParsers parsers, String deed, ParseLimits limits)
      throws Exception {
    return parsers.parse(
        Samples.write(folder, MisbehavingParser.file(deed)), "file.bin", null, limits);
  }

  private static ParseOutcome done(String deed) throws Exception {
    return done(parsers, deed, LIMITS);
  }

  private static ParseLimits impatient(Duration silence, Duration total, int attempts) {
    return new ParseLimits(100_000, 1L << 20, 100, silence, total, attempts);
  }

  private static String words(ParseOutcome outcome) {
    assertThat(outcome).isInstanceOf(ParseOutcome.Parsed.class);
    return ((ParseOutcome.Parsed) outcome).document().text();
  }

  private static String lastWord(ParseOutcome outcome) {
    String words = words(outcome);
    return words.substring(words.lastIndexOf(' ') + 1);
  }

  @ParameterizedTest
  @CsvSource({
    "memory,      Limit,   parser_memory",
    "deep,        Limit,   nesting_depth",
    "exit 0,      Failed,  poison",
    "exit 77,     Failed,  poison",
    "kill,        Failed,  poison",
    "print,       Failed,  poison",
    "throw,       Failed,  corrupt",
    "say-much,    Partial, text_size",
    "pages-missing, Partial, pages_failed",
  })
  void everyEndHasItsNameAndTheNextFileIsRead(String deed, String kind, String code)
      throws Exception {
    ParseOutcome outcome = done(deed);

    assertThat(outcome.getClass().getSimpleName()).isEqualTo(kind);
    assertThat(outcome).extracting("reason.code").isEqualTo(code);
    assertThat(words(done("behave"))).startsWith("Enough text");
  }

  @Test
  void silenceEndsAfterItsLimitInEveryAttempt() throws Exception {
    ParseOutcome outcome =
        done(parsers, "hang", impatient(Duration.ofSeconds(1), Duration.ofSeconds(60), 2));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            ParseOutcome.Failed.class,
            failed -> {
              assertThat(failed.reason().code()).isEqualTo("poison");
              assertThat(failed.reason().message())
                  .isEqualTo("the parser stopped 2 times, last after 1 s without progress");
            });
    assertThat(words(done("behave"))).startsWith("Enough text");
  }

  @Test
  void aParserThatKeepsTalkingEndsAfterTheTotalAndItsTextIsKept() throws Exception {
    ParseOutcome outcome =
        done(parsers, "hang-alive", impatient(Duration.ofSeconds(30), Duration.ofSeconds(3), 2));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            ParseOutcome.Partial.class,
            partial -> {
              assertThat(partial.reason().code()).isEqualTo("parser_time");
              assertThat(partial.document().text()).isEqualTo("Enough text for a document. ");
            });
  }

  @Test
  void totalWithoutTextIsALimit() throws Exception {
    assertThat(done(parsers, "hang", impatient(Duration.ofSeconds(30), Duration.ofSeconds(1), 2)))
        .isInstanceOf(ParseOutcome.Limit.class)
        .extracting("reason.code")
        .isEqualTo("parser_time");
  }

  @Test
  void whatAParserStartsDiesWithIt() throws Exception {
    try (ForkedParsers own = open(parsers.isolation(), 1)) {
      long pid = Long.parseLong(lastWord(done(own, "fork", LIMITS)));

      // A dead process without a parent that asks for it keeps its number, but runs no command.
      assertThat(ProcessHandle.of(pid).flatMap(handle -> handle.info().command())).isEmpty();
    }
  }

  @Test
  void aForkServesItsFilesAndIsReplaced() throws Exception {
    try (ForkedParsers own = open(parsers.isolation(), 2)) {
      var pids = new ArrayList<String>();
      for (int i = 0; i < 4; i++) {
        pids.add(lastWord(done(own, "behave", LIMITS)));
      }

      assertThat(pids.get(0)).isEqualTo(pids.get(1)).isNotEqualTo(pids.get(2));
      assertThat(pids.get(2)).isEqualTo(pids.get(3));
    }
  }

  @Test
  void noNetworkIsReached() throws Exception {
    for (Isolation isolation : new Isolation[] {parsers.isolation(), Isolation.RESOLVER}) {
      try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
          ForkedParsers own = open(isolation, 200)) {
        String open = words(done(own, "connect " + server.getLocalPort(), LIMITS));

        assertThat(open).doesNotContain("name").doesNotContain("url");
        if (isolation == Isolation.NAMESPACE) {
          assertThat(open).endsWith("[]");
          server.setSoTimeout(100);
          assertThatThrownBy(server::accept).isInstanceOf(IOException.class);
        }
      }
    }
  }

  @Test
  void theEnvironmentIsEmptyButForTheCharset() throws Exception {
    assertThat(lastWord(done("environment"))).isEqualTo("LC_ALL");
  }

  @Test
  void theTempFolderGoesWithTheFork() throws Exception {
    Path litter;
    try (ForkedParsers own = open(parsers.isolation(), 200)) {
      litter = Path.of(lastWord(done(own, "litter", LIMITS)));
      assertThat(litter).exists();
    }

    assertThat(litter).doesNotExist();
    assertThat(litter.getParent()).doesNotExist();
  }

  @Test
  void interruptingTheCallerKillsTheFork() throws Exception {
    try (ForkedParsers own = open(parsers.isolation(), 200);
        ExecutorService caller = Executors.newSingleThreadExecutor()) {
      var started = new CountDownLatch(1);
      Future<?> parse =
          caller.submit(
              () -> {
                done(own, "behave", LIMITS);
                started.countDown();
                return done(own, "hang", LIMITS);
              });
      assertThat(started.await(60, TimeUnit.SECONDS)).isTrue();
      parse.cancel(true);
      caller.shutdown();

      assertThat(caller.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      assertThat(words(done(own, "behave", LIMITS))).startsWith("Enough text");
    }
  }

  @Test
  void closingEndsWhoWaitsAndRefusesWhoComes() throws Exception {
    ForkedParsers own = open(parsers.isolation(), 200);
    try (ExecutorService caller = Executors.newSingleThreadExecutor()) {
      Future<ParseOutcome> parse = caller.submit(() -> done(own, "hang-alive", LIMITS));
      while (folders() == 0) {
        Thread.sleep(20);
      }
      own.close();

      assertThatThrownBy(() -> parse.get(60, TimeUnit.SECONDS))
          .hasCauseInstanceOf(IllegalStateException.class);
    }
    assertThatThrownBy(() -> done(own, "behave", LIMITS)).isInstanceOf(IllegalStateException.class);
  }

  private static long folders() throws IOException {
    try (Stream<Path> forks = Files.list(folder.resolve("forks"))) {
      return forks.count();
    }
  }

  @Test
  void eightThreadsShareTwoForks() throws Exception {
    try (ExecutorService callers = Executors.newFixedThreadPool(8)) {
      var outcomes = new ArrayList<Future<String>>();
      for (int i = 0; i < 32; i++) {
        outcomes.add(callers.submit(() -> lastWord(done("behave"))));
      }
      var pids = new ArrayList<String>();
      for (Future<String> outcome : outcomes) {
        pids.add(outcome.get(120, TimeUnit.SECONDS));
      }

      assertThat(pids.stream().distinct()).hasSizeLessThanOrEqualTo(2);
    }
  }

  @Test
  void aLauncherThatDoesNotStartIsNoFaultOfTheFile() throws Exception {
    ForkSettings good = settings(200);
    var broken =
        new ForkSettings(folder.resolve("no-java"), good.classPath(), good.tempFolder(), 64, 1, 1);
    try (ForkedParsers own = ForkedParsers.open(broken, Isolation.RESOLVER, List.of())) {
      assertThatThrownBy(() -> done(own, "behave", LIMITS))
          .isInstanceOf(ParsersUnavailableException.class);
    }
  }
}
