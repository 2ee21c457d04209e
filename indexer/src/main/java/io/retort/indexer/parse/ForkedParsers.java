package io.retort.indexer.parse;

import static java.util.Objects.requireNonNull;

import io.retort.data.store.Reason;
import io.retort.indexer.ParseOutcome;
import io.retort.indexer.parse.ParserFork.Ending;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads files: plain text here, every other format in a small pool of forked JVMs, which start when
 * they are needed and end when they are not. Safe for use by many threads; whoever opens it closes
 * it.
 */
public final class ForkedParsers implements AutoCloseable {
  private static final Duration IDLE = Duration.ofSeconds(30);
  private static final int SWEEP_SECONDS = 5;

  private final ForkSettings settings;
  private final Isolation isolation;
  private final List<String> parsers;
  private final Semaphore slots;
  private final ScheduledExecutorService sweeper;
  private final Object lock = new Object();
  private final Deque<ParserFork> idle = new ArrayDeque<>(); // guarded by lock, latest used first
  private final Set<ParserFork> busy = new HashSet<>(); // guarded by lock
  private boolean closed; // guarded by lock

  private ForkedParsers(ForkSettings settings, Isolation isolation, List<String> parsers) {
    this.settings = settings;
    this.isolation = isolation;
    this.parsers = List.copyOf(parsers);
    this.slots = new Semaphore(settings.forks(), true);
    this.sweeper =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("parser-sweeper").daemon().factory());
    var _ =
        sweeper.scheduleWithFixedDelay(this::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
  }

  /** Creates the temp folder and finds out how forks can be isolated; starts none yet. */
  public static ForkedParsers open(ForkSettings settings) throws InterruptedException {
    return open(settings, Isolation.probe(), List.of());
  }

  /**
   * @param parsers names of classes that take the place of the product's own parsers, or none
   */
  static ForkedParsers open(ForkSettings settings, Isolation isolation, List<String> parsers) {
    try {
      Files.createDirectories(settings.tempFolder());
    } catch (IOException e) {
      throw new UncheckedIOException("the parsers' temp folder cannot be made", e);
    }
    return new ForkedParsers(settings, isolation, parsers);
  }

  /** How the forks are kept from the network. */
  public Isolation isolation() {
    return isolation;
  }

  /**
   * What is in the file. Waits for a free fork if it needs one; tries a file that crashes or hangs
   * its parser again, alone, up to the limit's attempts.
   *
   * @param original a regular file; links are not followed
   * @param name the file's own name; only breaks ties that the content leaves
   * @param declaredType what the sender says it is; only breaks ties, too
   * @throws InterruptedException if the thread is interrupted; the fork that worked for it is gone
   * @throws ParsersUnavailableException if no fork starts, which says nothing about the file
   * @throws IllegalStateException after {@link #close()}
   */
  public ParseOutcome parse(
      Path original, String name, @Nullable String declaredType, ParseLimits limits)
      throws InterruptedException {
    requireNonNull(name, "name");
    Path file = original.toAbsolutePath();
    TextProbe.Finding finding;
    try {
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        return missing();
      }
      finding = TextProbe.of(file);
    } catch (IOException e) {
      return missing();
    }
    if (finding.bytes() == 0) {
      return Outcomes.emptyFile();
    }
    Charset charset = finding.charset();
    String head = finding.head();
    String kind = TextKind.of(head, name, declaredType);
    boolean markup = kind.equals(TextKind.HTML) || kind.equals(TextKind.XML);
    if (charset == null && !(markup && TextKind.isMarkup(head))) {
      return parseInFork(file, TextKind.UNKNOWN, null, finding, name, declaredType, limits);
    }
    if (markup) {
      charset = TextKind.markupCharset(kind, head, charset);
    }
    if (kind.equals(TextKind.UNKNOWN) || kind.equals(TextKind.MARKDOWN) || markup) {
      return parseInFork(file, kind, charset, finding, name, declaredType, limits);
    }
    try {
      return PlainText.parse(file, kind, requireNonNull(charset), finding.bytes(), limits);
    } catch (IOException e) {
      return missing();
    }
  }

  private static ParseOutcome missing() {
    return new ParseOutcome.Failed(
        new Reason("original_missing", "the stored file is missing or cannot be read"));
  }

  private ParseOutcome parseInFork(
      Path file,
      String kind,
      @Nullable Charset charset,
      TextProbe.Finding finding,
      String name,
      @Nullable String declaredType,
      ParseLimits limits)
      throws InterruptedException {
    var request =
        new ParseRequest(
            file.toString(),
            kind,
            charset == null || kind.isEmpty() ? "" : charset.name(),
            limits.characters(),
            limits.unpackedBytes(),
            limits.archiveEntries());
    for (int attempt = 1; ; attempt++) {
      boolean fresh = attempt > 1;
      int share = fresh ? settings.forks() : 1;
      var assembly = new DocumentAssembly(limits.characters(), kind);
      Ending ending;
      slots.acquire(share);
      try {
        ParserFork fork = take(fresh);
        ending = null;
        try {
          fresh = fork.served() == 0;
          ending = fork.parse(request, limits, assembly);
        } finally {
          giveBack(fork, ending);
        }
      } finally {
        slots.release(share);
      }
      boolean last = attempt >= limits.attempts();
      switch (ending) {
        case Ending.Judged(Verdict verdict) -> {
          return Outcomes.judged(
              verdict, assembly, finding.bytes(), TextKind.isCalledText(name, declaredType));
        }
        case Ending.OutOfTime(Duration time) -> {
          return Outcomes.outOfTime(time, assembly, finding.bytes());
        }
        case Ending.Died(int code) when code == ParserMain.EXIT_MEMORY -> {
          if (fresh || last) {
            return Outcomes.outOfMemory(settings.heapMegabytes());
          }
        }
        case Ending.Died(int code) -> {
          if (last) {
            return Outcomes.poison(attempt, "with exit code " + code);
          }
        }
        case Ending.Silent(Duration time) -> {
          if (last) {
            return Outcomes.poison(
                attempt, "after %d s without progress".formatted(time.toSeconds()));
          }
        }
        case Ending.Garbled() -> {
          if (last) {
            return Outcomes.poison(attempt, "for an answer that is none");
          }
        }
      }
    }
  }

  /**
   * A fork that is free, or a new one.
   *
   * @param fresh whether it has to be new; then it takes the place of the free ones
   */
  private ParserFork take(boolean fresh) throws InterruptedException {
    var useless = new ArrayList<ParserFork>();
    ParserFork taken = null;
    synchronized (lock) {
      refuseIfClosed();
      while (taken == null && !idle.isEmpty()) {
        ParserFork next = idle.pop();
        if (!fresh && next.alive()) {
          taken = next;
          busy.add(next);
        } else {
          useless.add(next);
        }
      }
    }
    useless.forEach(ParserFork::close);
    if (taken != null) {
      return taken;
    }
    ParserFork started = ParserFork.start(settings, isolation, parsers);
    synchronized (lock) {
      if (!closed) {
        busy.add(started);
        return started;
      }
    }
    started.close();
    throw closedException();
  }

  /** Keeps a fork only if nothing at all speaks against it. */
  private void giveBack(ParserFork fork, @Nullable Ending ending) {
    boolean good =
        ending instanceof Ending.Judged(Verdict verdict)
            && switch (verdict.kind()) {
              case PARSED, UNSUPPORTED, ENCRYPTED -> fork.served() < settings.filesPerFork();
              case PARTIAL, LIMIT, FAILED -> false;
            };
    synchronized (lock) {
      busy.remove(fork);
      if (good && !closed) {
        idle.push(fork);
        return;
      }
    }
    fork.close();
    synchronized (lock) {
      refuseIfClosed();
    }
  }

  private void refuseIfClosed() {
    if (closed) {
      throw closedException();
    }
  }

  private static IllegalStateException closedException() {
    return new IllegalStateException("the parsers are closed");
  }

  private void sweep() {
    var old = new ArrayList<ParserFork>();
    synchronized (lock) {
      idle.removeIf(fork -> fork.idle().compareTo(IDLE) > 0 && old.add(fork));
    }
    old.forEach(ParserFork::close);
  }

  /** Kills every fork, also those at work: what waits for them throws. */
  @Override
  public void close() {
    var all = new ArrayList<ParserFork>();
    synchronized (lock) {
      closed = true;
      all.addAll(idle);
      all.addAll(busy);
      idle.clear();
    }
    sweeper.shutdownNow();
    all.forEach(ParserFork::close);
  }
}
