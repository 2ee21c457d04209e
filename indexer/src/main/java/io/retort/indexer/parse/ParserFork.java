package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.indexer.ParsedDocument;
import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** This end of one forked JVM. For one thread at a time; closing it kills the JVM. */
final class ParserFork implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final int DEATH_SECONDS = 10;

  /** Frames that wait here; a full queue makes the parser wait. */
  private static final int QUEUE = 16;

  private static final Pattern MEDIA_TYPE = Pattern.compile("[\\w.+-]{1,60}/[\\w.+-]{1,100}");
  private static final Pattern CODE = Pattern.compile("[a-z_]{0,40}");

  /** What a parser may warn of; the rest is found on this side. */
  private static final Set<String> WARNINGS = Set.of(ParsedDocument.HIDDEN_TEXT);

  /** How a file ended, as seen from here. */
  sealed interface Ending {
    /** The parser says how. */
    record Judged(Verdict verdict) implements Ending {}

    /** The JVM died by itself. */
    record Died(int exitCode) implements Ending {}

    /** Nothing was heard for so long. */
    record Silent(Duration duration) implements Ending {}

    /** It took longer than the limit. */
    record OutOfTime(Duration duration) implements Ending {}

    /** What came was not what a parser says. */
    record Garbled() implements Ending {}
  }

  /** A frame, or the end of all frames if it is null. */
  private record Heard(Frames.@Nullable Frame frame, boolean garbled) {}

  private final Process process;
  private final Path folder;
  private final Thread reader;
  private final BlockingQueue<Heard> heard = new ArrayBlockingQueue<>(QUEUE);
  private int served;
  private long idleSince = System.nanoTime();

  private ParserFork(Process process, Path folder) {
    this.process = process;
    this.folder = folder;
    this.reader =
        Thread.ofPlatform()
            .name("parser-" + process.pid())
            .daemon()
            .start(() -> listen(process.getInputStream()));
  }

  /**
   * Starts a JVM and waits until it listens.
   *
   * @param parsers class names instead of the product's own parsers, or none
   */
  static ParserFork start(ForkSettings settings, Isolation isolation, List<String> parsers)
      throws InterruptedException {
    Path folder;
    Process process;
    try {
      folder = Files.createTempDirectory(settings.tempFolder(), "parser-");
      process = launch(settings, isolation, parsers, folder);
    } catch (IOException e) {
      throw new ParsersUnavailableException("no parser could be forked", e);
    }
    var fork = new ParserFork(process, folder);
    try {
      Heard first = fork.heard.poll(START.toNanos(), TimeUnit.NANOSECONDS);
      if (first == null || first.frame() == null || first.frame().type() != FrameType.READY) {
        throw new ParsersUnavailableException(
            "a forked parser did not start (%s)"
                .formatted(process.isAlive() ? "silent" : "exit code " + process.exitValue()),
            null);
      }
    } catch (ParsersUnavailableException | InterruptedException e) {
      fork.close();
      throw e;
    }
    return fork;
  }

  private static Process launch(
      ForkSettings settings, Isolation isolation, List<String> parsers, Path folder)
      throws IOException {
    Path services = Files.createDirectories(folder.resolve("boot/META-INF/services"));
    Files.writeString(
        services.resolve("java.net.spi.InetAddressResolverProvider"),
        RefusingResolver.class.getName());
    String classPath =
        settings.classPath().stream()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));
    var command = new ArrayList<>(isolation.prefix());
    command.add(settings.java().toString());
    command.addAll(
        List.of(
            "-Xmx" + settings.heapMegabytes() + "m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:MaxDirectMemorySize=64m",
            "-XX:MaxMetaspaceSize=192m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            // The JVM's own messages must not come between our frames either.
            "-Xlog:disable",
            "-XX:+DisplayVMOutputToStderr",
            "-XX:+DisableAttachMechanism",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=" + folder.resolve("crash.log"),
            "-Djava.awt.headless=true",
            "-Djava.io.tmpdir=" + folder,
            "-Duser.home=" + folder,
            "-Djavax.xml.accessExternalDTD=",
            "-Djavax.xml.accessExternalSchema=",
            "-Djavax.xml.accessExternalStylesheet=",
            "-cp",
            classPath + File.pathSeparator + folder.resolve("boot"),
            ParserMain.class.getName()));
    command.addAll(parsers);
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    // Not inherited: without it the JVM cannot open files whose names are not ASCII.
    builder.environment().put("LC_ALL", "C.UTF-8");
    return builder.start();
  }

  private void listen(InputStream stream) {
    try (var in = new BufferedInputStream(stream)) {
      Frames.Frame frame = Frames.read(in);
      while (frame != null) {
        heard.put(new Heard(frame, false));
        frame = Frames.read(in);
      }
      heard.put(new Heard(null, false));
    } catch (IOException e) {
      // Also what a read throws when the JVM was killed; then nobody listens here any more.
      hangUp();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void hangUp() {
    try {
      heard.put(new Heard(null, true));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has a file read; what the parser says of it goes into the assembly. */
  Ending parse(ParseRequest request, ParseLimits limits, DocumentAssembly assembly)
      throws InterruptedException {
    served++;
    try {
      Frames.write(process.getOutputStream(), FrameType.PARSE, request.toBytes());
    } catch (IOException e) {
      return died();
    }
    // Four bytes hold any code point, so an honest parser sends no more.
    long bytesLeft = 4L * limits.characters();
    long start = System.nanoTime();
    long last = start;
    while (true) {
      long now = System.nanoTime();
      long quiet = limits.silence().toNanos() - (now - last);
      long time = limits.total().toNanos() - (now - start);
      if (time <= 0) {
        return new Ending.OutOfTime(limits.total());
      }
      if (quiet <= 0) {
        return new Ending.Silent(limits.silence());
      }
      Heard next = heard.poll(Math.min(quiet, time), TimeUnit.NANOSECONDS);
      if (next == null) {
        continue;
      }
      Frames.Frame frame = next.frame();
      if (frame == null) {
        return next.garbled() ? new Ending.Garbled() : died();
      }
      last = System.nanoTime();
      bytesLeft -= bytesOfText(frame);
      if (bytesLeft < 0) {
        return new Ending.Garbled();
      }
      Ending ending = take(frame, assembly);
      if (ending != null) {
        idleSince = last;
        return ending;
      }
    }
  }

  /** Of a code point with its box no more counts than of one without. */
  private static long bytesOfText(Frames.Frame frame) {
    return switch (frame.type()) {
      case TEXT -> frame.payload().length;
      case PLACED -> 4L * frame.payload().length / PlacedText.LONGEST;
      default -> 0;
    };
  }

  /** Null if the file goes on. */
  private static @Nullable Ending take(Frames.Frame frame, DocumentAssembly assembly) {
    byte[] payload = frame.payload();
    switch (frame.type()) {
      case MEDIA_TYPE -> {
        String type = new String(payload, UTF_8);
        if (!MEDIA_TYPE.matcher(type).matches()) {
          return new Ending.Garbled();
        }
        assembly.mediaType(type);
      }
      case TEXT -> assembly.text(new String(payload, UTF_8));
      case PLACED -> {
        try {
          assembly.placed(PlacedText.of(payload));
        } catch (IOException e) {
          return new Ending.Garbled();
        }
      }
      case HEADING -> assembly.beginHeading(payload.length == 1 ? Math.max(1, payload[0]) : 1);
      case HEADING_END -> assembly.endHeading();
      case PAGE -> {
        int number = payload.length == 4 ? ByteBuffer.wrap(payload).getInt() : 0;
        if (number < 1) {
          return new Ending.Garbled();
        }
        assembly.beginPage(number);
      }
      case PAGE_END -> assembly.endPage();
      case TITLE -> assembly.title(new String(payload, UTF_8));
      case WARNING -> {
        String code = new String(payload, UTF_8);
        if (!WARNINGS.contains(code)) {
          return new Ending.Garbled();
        }
        assembly.warning(code);
      }
      case PICTURES -> assembly.sawPictures();
      case ALIVE -> {}
      case END -> {
        try {
          Verdict verdict = Verdict.of(payload);
          return CODE.matcher(verdict.code()).matches()
              ? new Ending.Judged(verdict)
              : new Ending.Garbled();
        } catch (IOException e) {
          return new Ending.Garbled();
        }
      }
      case PARSE, READY -> {
        return new Ending.Garbled();
      }
    }
    return null;
  }

  private Ending died() throws InterruptedException {
    if (!process.waitFor(DEATH_SECONDS, TimeUnit.SECONDS)) {
      return new Ending.Garbled(); // it closed its output and lives on
    }
    return new Ending.Died(process.exitValue());
  }

  /** How many files it has been given. */
  int served() {
    return served;
  }

  boolean alive() {
    return process.isAlive();
  }

  Duration idle() {
    return Duration.ofNanos(System.nanoTime() - idleSince);
  }

  /** Kills the JVM and all that it started, and removes its folder. */
  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    reader.interrupt();
    boolean interrupted = false;
    try {
      process.waitFor(DEATH_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    try {
      delete(folder);
    } catch (IOException e) {
      // Left for the emptying of the temp folder at the next start.
      folder.toFile().deleteOnExit();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
