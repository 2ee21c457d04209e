package io.retort.encoder.tokenizers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.encoder.ShippedModels;
import java.io.IOException;
import java.net.Proxy;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only a fresh process shows what loading the library does. */
@Tag("SEC-17")
class DjlLibraryTest {
  @TempDir Path home;
  @TempDir Path temp;
  @TempDir Path work;

  @Test
  void loadingAsksNobodyAndLeavesNothingBehind() throws Exception {
    Path said = work.resolve("said");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-XX:-UsePerfData",
                    "-Duser.home=" + home,
                    "-Djava.io.tmpdir=" + temp,
                    "-cp",
                    System.getProperty("java.class.path"),
                    FreshProcess.class.getName()))
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }

    assertThat(Files.readString(said)).contains("tokens 3").doesNotContain("connection");
    assertThat(process.exitValue()).isZero();
    assertThat(filesUnder(home)).isEmpty();
    assertThat(filesUnder(temp)).isEmpty();
  }

  private static List<Path> filesUnder(Path folder) throws Exception {
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(path -> !path.equals(folder)).toList();
    }
  }

  /** Opens a tokenizer where every attempt at a connection is heard of. */
  static final class FreshProcess {
    private FreshProcess() {}

    public static void main(String[] arguments) {
      URL.setURLStreamHandlerFactory(
          protocol ->
              protocol.equals("http") || protocol.equals("https") ? new RefusingHandler() : null);
      try (DjlDecoderTokenizer tokenizer = DjlDecoderTokenizer.open(ShippedModels.open())) {
        System.out.println("tokens " + tokenizer.encode("to the moon").length());
      }
    }
  }

  private static final class RefusingHandler extends URLStreamHandler {
    @Override
    protected URLConnection openConnection(URL url) throws IOException {
      System.out.write(("connection to " + url + "\n").getBytes(UTF_8));
      throw new IOException("refused");
    }

    @Override
    protected URLConnection openConnection(URL url, Proxy proxy) throws IOException {
      return openConnection(url);
    }
  }
}
