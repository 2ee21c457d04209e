package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Does in the forked JVM what the file's words say. */
public final class MisbehavingParser implements DocumentParser {
  /** No text, so every such file goes to a fork, and of no known type. */
  private static final byte[] MAGIC = {
    (byte) 0xFE, 0x01, (byte) 0x80, 0x02, 0x00, 0x03, 0x04, 0x05
  };

  private static final String ENOUGH = "Enough text for a document. ";

  /** A file that has this parser do something. */
  static byte[] file(String deed) {
    byte[] words = deed.getBytes(US_ASCII);
    return ByteBuffer.allocate(MAGIC.length + 1 + words.length + 64)
        .put(MAGIC)
        .put((byte) words.length)
        .put(words)
        .array();
  }

  @Override
  public Set<String> mediaTypes() {
    return Set.of("application/octet-stream");
  }

  @Override
  public void parse(SourceFile source, TextSink sink) throws IOException, DocumentRefusedException {
    byte[] content = Files.readAllBytes(source.path());
    String[] deed =
        new String(content, MAGIC.length + 1, content[MAGIC.length], US_ASCII).split(" ", -1);
    switch (deed[0]) {
      case "behave" -> sink.text(ENOUGH + ProcessHandle.current().pid());
      case "memory" -> fillTheHeap(sink);
      case "hang" -> {
        while (true) {
          LockSupport.park();
        }
      }
      case "hang-alive" -> {
        sink.text(ENOUGH);
        while (true) {
          LockSupport.parkNanos(20_000_000);
          sink.alive();
        }
      }
      case "exit" -> Runtime.getRuntime().halt(Integer.parseInt(deed[1]));
      case "kill" -> new ProcessBuilder("/bin/kill", "-SEGV", pid()).start();
      case "deep" -> sink.text(String.valueOf(depth(0)));
      case "print" -> printMuch();
      case "say-much" -> {
        while (true) {
          sink.text(ENOUGH);
        }
      }
      case "fork" -> {
        Process child = new ProcessBuilder("/bin/sleep", "600").start();
        sink.text(ENOUGH + child.pid());
      }
      case "connect" -> sink.text(ENOUGH + connects(Integer.parseInt(deed[1])));
      case "environment" -> sink.text(ENOUGH + String.join(",", System.getenv().keySet()));
      case "pages-missing" -> {
        sink.text(ENOUGH);
        sink.missing("pages_failed", "1 of 2 pages could not be read: 2");
      }
      case "throw" -> throw new IllegalStateException("a bug");
      case "litter" -> {
        Path litter = Files.createTempFile("litter", "");
        sink.text(ENOUGH + litter);
      }
      default -> throw new IOException("no such deed: " + deed[0]);
    }
    if (deed[0].equals("kill")) {
      LockSupport.parkNanos(Long.MAX_VALUE);
    }
  }

  private static String pid() {
    return String.valueOf(ProcessHandle.current().pid());
  }

  private static void fillTheHeap(TextSink sink) {
    sink.text(ENOUGH);
    List<byte[]> all = new ArrayList<>();
    while (!all.contains(new byte[0])) {
      all.add(new byte[1 << 20]);
    }
  }

  private static int depth(int depth) {
    return depth == Integer.MAX_VALUE ? 0 : depth(depth + 1) + 1;
  }

  private static void printMuch() throws IOException {
    try (OutputStream out = new FileOutputStream(FileDescriptor.out)) {
      byte[] much = new byte[1 << 20];
      for (int i = 0; i < 1_024; i++) {
        out.write(much);
      }
    }
  }

  /** Which ways to a port of this machine are open. */
  private static List<String> connects(int port) {
    var open = new ArrayList<String>();
    try (var socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 2_000);
      open.add("address");
    } catch (IOException e) {
      LockSupport.parkNanos(1); // closed, as it should be
    }
    try {
      InetAddress.getAllByName("example.org");
      open.add("name");
    } catch (IOException e) {
      LockSupport.parkNanos(1); // closed, as it should be
    }
    try {
      URI.create("http://127.0.0.1:" + port + "/").toURL().openStream().close();
      open.add("url");
    } catch (IOException e) {
      LockSupport.parkNanos(1); // closed, as it should be
    }
    return open;
  }
}
