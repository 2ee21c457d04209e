package io.retort.web.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.PlainTextExtraction;
import io.retort.web.rooms.RoomsOpener;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs verbs in this JVM as from a shell, on one data directory and with models that are fakes. */
final class Shell {
  private final Map<String, String> environment = new HashMap<>();
  private boolean interactive;

  Shell(Path dataDir) {
    environment.put("RETORT_DATA_DIR", dataDir.toString());
  }

  Shell with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  Shell interactive() {
    interactive = true;
    return this;
  }

  /** What a verb left. */
  record Result(int code, String out, String err) {
    /** The one document that {@code --json} promises. */
    JsonNode json() {
      return JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .readTree(out);
    }
  }

  Result run(String... arguments) {
    return start(new Output(), arguments);
  }

  /** What a verb has printed so far; another thread may look at it. */
  static final class Output {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    String out() {
      return out.toString(UTF_8);
    }

    String err() {
      return err.toString(UTF_8);
    }
  }

  Result start(Output output, String... arguments) {
    var terminal =
        new Terminal(
            new PrintStream(output.out, true, UTF_8),
            new PrintStream(output.err, true, UTF_8),
            environment,
            interactive);
    int code =
        Verbs.run(
            List.of(arguments),
            terminal,
            _ -> new RoomsOpener.Sources(new FakeModels(), new PlainTextExtraction()));
    return new Result(code, output.out(), output.err());
  }
}
