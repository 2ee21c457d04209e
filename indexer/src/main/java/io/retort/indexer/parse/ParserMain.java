package io.retort.indexer.parse;

import java.io.BufferedInputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The forked JVM: reads one file after the other as it is told on its standard input, and answers
 * on its standard output. It ends when its input ends, so it does not outlive the JVM that forked
 * it.
 */
final class ParserMain {
  /**
   * Exit code after an {@link OutOfMemoryError}, also that of {@code -XX:+ExitOnOutOfMemoryError}.
   */
  static final int EXIT_MEMORY = 3;

  /** Exit code after any other failure that is not a file's. */
  static final int EXIT_BROKEN = 4;

  private final OutputStream out;
  private final DocumentParsers parsers;

  private ParserMain(OutputStream out, DocumentParsers parsers) {
    this.out = out;
    this.parsers = parsers;
  }

  /** The arguments name further parsers by class, which tests use. */
  public static void main(String[] arguments) {
    try {
      var in = new FileInputStream(FileDescriptor.in);
      var out = new FileOutputStream(FileDescriptor.out);
      // What a library prints must not come between our frames.
      System.setOut(new PrintStream(OutputStream.nullOutputStream(), false));
      System.setErr(new PrintStream(OutputStream.nullOutputStream(), false));
      System.setIn(InputStream.nullInputStream());
      URL.setURLStreamHandlerFactory(new RefusingUrls());
      var main = new ParserMain(out, parsers(arguments));
      Frames.write(out, FrameType.READY, new byte[0]);
      main.serve(new BufferedInputStream(in));
    } catch (OutOfMemoryError e) {
      Runtime.getRuntime().halt(EXIT_MEMORY);
    } catch (Throwable e) {
      Runtime.getRuntime().halt(EXIT_BROKEN);
    }
    Runtime.getRuntime().halt(0);
  }

  private static DocumentParsers parsers(String[] names) throws ReflectiveOperationException {
    if (names.length == 0) {
      return DocumentParsers.standard();
    }
    var parsers = new ArrayList<DocumentParser>();
    for (String name : names) {
      Constructor<?> constructor = Class.forName(name).getDeclaredConstructor();
      parsers.add((DocumentParser) constructor.newInstance());
    }
    return DocumentParsers.of(List.copyOf(parsers));
  }

  private void serve(InputStream in) throws InterruptedException, IOException {
    BlockingQueue<ParseRequest> requests = new ArrayBlockingQueue<>(1);
    Thread.ofPlatform().name("requests").daemon().start(() -> listen(in, requests));
    while (true) {
      parse(requests.take());
    }
  }

  /** Takes requests while a file is being parsed, too, so that the end of the input is seen. */
  private static void listen(InputStream in, BlockingQueue<ParseRequest> requests) {
    try {
      Frames.Frame frame = Frames.read(in);
      while (frame != null && frame.type() == FrameType.PARSE) {
        requests.put(ParseRequest.of(frame.payload()));
        frame = Frames.read(in);
      }
      Runtime.getRuntime().halt(0);
    } catch (IOException | InterruptedException e) {
      Runtime.getRuntime().halt(EXIT_BROKEN);
    }
  }

  private void parse(ParseRequest request) throws IOException {
    Path file = Path.of(request.file());
    var sink = new FrameSink(out, request.characters(), Files.size(file));
    Verdict verdict;
    try {
      verdict = parse(request, file, sink);
    } catch (DocumentRefusedException e) {
      verdict = e.verdict();
    } catch (StackOverflowError e) {
      verdict = tooDeep();
    } catch (IOException | RuntimeException e) {
      // Third-party parsers throw every kind of exception at a damaged file.
      verdict = corrupt();
    }
    // A parser may have caught the exception that stopped it.
    Verdict stopped = sink.stopped();
    sink.end(stopped == null ? verdict : stopped);
  }

  private Verdict parse(ParseRequest request, Path file, FrameSink sink)
      throws IOException, DocumentRefusedException {
    String type = request.mediaType().isEmpty() ? ContentTypes.of(file) : request.mediaType();
    sink.mediaType(type);
    DocumentParser parser = parsers.forType(type);
    if (parser == null) {
      return new Verdict(
          Verdict.Kind.UNSUPPORTED, "unsupported", "no parser reads files of type " + type);
    }
    Charset charset = request.charset().isEmpty() ? null : Charset.forName(request.charset());
    parser.parse(
        new SourceFile(file, type, charset, request.unpackedBytes(), request.archiveEntries()),
        sink);
    Verdict missing = sink.missing();
    return missing == null ? Verdict.PARSED : missing;
  }

  private static Verdict tooDeep() {
    return new Verdict(
        Verdict.Kind.LIMIT, "nesting_depth", "the file's parts are nested too deeply");
  }

  private static Verdict corrupt() {
    return new Verdict(Verdict.Kind.FAILED, "corrupt", "the file is damaged and could not be read");
  }
}
