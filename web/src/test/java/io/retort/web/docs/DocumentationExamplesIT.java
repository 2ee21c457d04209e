package io.retort.web.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.retort.web.fakes.FakeModels;
import io.retort.web.fakes.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.FencedCodeBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples of the pages about the APIs, as a reader would run them: one after the other,
 * against a service. Models that quote the first passage are enough to see whether a request is
 * right.
 */
class DocumentationExamplesIT {
  private static final Path DOCS = Path.of("../docs");

  /** Examples leave out what a script needs: to fail when a request does. */
  private static final String STRICT =
      "set -eu\ncurl() { command curl --silent --show-error --fail-with-body \"$@\"; echo; }\n";

  @TempDir Path folder;

  /** What a command wrote, and how it ended. */
  private record Run(int exitCode, String out, String err) {}

  private static List<String> examples(String page, String language) throws IOException {
    var found = new ArrayList<String>();
    new MarkdownFile(page, Files.readString(DOCS.resolve(page)))
        .parsed()
        .accept(
            new AbstractVisitor() {
              @Override
              public void visit(FencedCodeBlock block) {
                if (block.getInfo().equals(language)) {
                  found.add(block.getLiteral());
                }
              }
            });
    assertThat(found).as("%s in %s", language, page).isNotEmpty();
    return found;
  }

  private Run run(Map<String, String> environment, String... command) throws Exception {
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    var builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running: " + String.join(" ", command));
    }
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private boolean installed(String program) throws Exception {
    try {
      return run(Map.of(), program, "--version").exitCode() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void theyRunAsTheyStand() throws Exception {
    assumeTrue(
        installed("curl") && installed("python3"),
        "THE EXAMPLES OF THE DOCUMENTATION ARE NOT TESTED: they need curl and python3");
    try (var server = new TestServer(folder.resolve("data"), new FakeModels(), Map.of())) {
      String key =
          server
              .admin()
              .post(
                  "/api/v1/keys",
                  "{\"name\":\"examples\",\"scopes\":[\"admin\"],\"collections\":[\"*\"]}")
              .json()
              .get("key")
              .asString();
      Map<String, String> environment = Map.of("RETORT_KEY", key);

      Run shell =
          run(
              environment,
              "sh",
              "-c",
              STRICT + here(server, "api.md", "sh") + here(server, "openai-and-mcp.md", "sh"));
      assertThat(shell.err()).as(shell.out()).isEmpty();
      assertThat(shell.exitCode()).isZero();
      assertThat(shell.out())
          .contains("event: done", "\"knock_out\":", "data: [DONE]", "\"structuredContent\":")
          .doesNotContain("\"isError\":true");

      Path python = Files.writeString(folder.resolve("ask.py"), here(server, "api.md", "python"));
      Run asked = run(environment, "python3", python.toString());
      assertThat(asked.err()).isEmpty();
      assertThat(asked.out()).contains("[1] ", "Parental leave");

      Path java = Files.writeString(folder.resolve("Ask.java"), here(server, "api.md", "java"));
      Run answered =
          run(
              environment,
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              java.toString());
      assertThat(answered.err()).isEmpty();
      assertThat(answered.out()).contains("\"abstained\":false");
    }
  }

  /** The examples of a page, put to this service. */
  private static String here(TestServer server, String page, String language) throws IOException {
    return String.join("\n", examples(page, language))
        .replace("http://127.0.0.1:8080", server.address());
  }
}
