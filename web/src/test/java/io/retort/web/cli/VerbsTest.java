package io.retort.web.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.web.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a command line may say. None of these gets so far as to look for a service. */
class VerbsTest {
  private static final List<String> VERBS =
      List.of(
          "demo", "serve", "login", "ingest", "ask", "search", "jobs", "eval", "keys", "doctor",
          "version");

  @TempDir private Path folder;

  private Shell.Result run(String... arguments) {
    return new Shell(folder.resolve("data")).run(arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          frobnicate                        | retort: unknown verb 'frobnicate'
          backup                            | unknown verb 'backup'
          --frobnicate                      | unknown flag '--frobnicate'
          ask --frobnicate q                | retort ask: unknown flag '--frobnicate'
          ask --collections c q             | did you mean --collection?
          ask                               | missing required parameter: 'QUESTION'
          ask one two                       | unknown argument 'two'
          ask q --k                         | missing required parameter for option '--k'
          ask q --k many                    | 'many' is not an int
          ask q --k 1 --k 2                 | '--k' (N) should be specified only once
          ask q --json=perhaps              | '--json'
          ask q --filter {                  | --filter is '{', which is not JSON
          ask q --url ftp://host            | --url is 'ftp://host', allowed: an http or https address
          ask q --url http://host           | needs an API key in the environment's RETORT_KEY
          ask q --url http://h --data-dir d | --url and --data-dir name two services
          search                            | missing required parameter: 'QUERY'
          search q --filter [1              | which is not JSON
          ingest                            | missing required parameter: 'PATH'
          ingest --watch x                  | unknown flag '--watch'
          ingest --delete-missing x         | unknown flag '--delete-missing'
          ingest does-not-exist             | there is no file or folder 'does-not-exist'
          ingest . --include [              | --include is '[', no glob
          jobs explode                      | 'explode' is none of list, show, watch, cancel, retry
          jobs show                         | show needs the ID of a job
          jobs watch                        | watch needs the ID of a job
          jobs list job_x                   | list takes no ID, but there is 'job_x'
          jobs show job_x --state failed    | --state belongs to list, not to show
          eval                              | missing required option: '--dataset=FILE'
          eval --dataset none.jsonl         | --dataset: there is no file 'none.jsonl'
          eval --dataset . --style long     | unknown style 'long'; known: short, sentence, paragraph
          eval --dataset . --neighbours own | unknown neighbours 'own'; known: retrieved, given
          eval --dataset . --neighbours off --k 2 | belong to --neighbours retrieved, not to off
          eval --dataset . --compare none.j | --compare: there is no file 'none.j'
          eval --dataset . --compare pom.xml | pom.xml is no evaluation run
          eval --dataset . --expected none.y | --expected: there is no file 'none.y'
          eval --dataset pom.xml --limit 0  | --limit is 0, allowed: 1 or more
          eval --dataset pom.xml --k 0      | --k is 0, allowed: 1 or more
          eval --dataset pom.xml --knock-outs -1 | --knock-outs is -1
          eval --dataset pom.xml --min-confidence 2 | --min-confidence is 2.0, allowed: 0 to 1
          eval --dataset pom.xml --out no/x | --out: 'no/x' cannot be written
          eval --dataset pom.xml --report . | --report: '.' cannot be written
          eval --dataset pom.xml            | there is no question in pom.xml
          eval --dataset pom.xml --strict   | lines of pom.xml cannot be read
          keys steal                        | 'steal' is none of create, list, revoke
          keys create                       | create needs --name
          keys create key_x --name n        | create takes no ID, but there is 'key_x'
          keys revoke                       | revoke needs the ID of a key
          keys list --name n                | belong to create, not to list
          keys create --name n --expires on | --expires is 'on', allowed: a day
          serve --port 99999                | retort.server.port is '99999', allowed: a whole number
          serve --port                      | missing required parameter for option '--port'
          serve --device tpu                | retort.device is 'tpu', allowed: cpu, cuda, auto
          serve --host example.com          | retort.server.host is 'example.com'
          serve now                         | unknown argument 'now'
          serve --url http://host           | unknown flag '--url'
          doctor --url http://host          | unknown flag '--url'
          version --host x                  | unknown flag '--host'
          """)
  void whatIsWrongIsNamed(String arguments, String message) {
    Shell.Result result = run(arguments.split(" "));
    assertThat(result.err()).contains(message);
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.out()).isEmpty();
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void withoutAVerbTheVerbsAreListed() {
    Shell.Result result = run();
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains(VERBS);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void helpIsAResult() {
    Shell.Result result = run("--help");
    assertThat(result.code()).isEqualTo(ExitCode.DONE);
    assertThat(result.out()).contains(VERBS);
    assertThat(result.err()).isEmpty();
  }

  @Test
  void everyVerbHasTheFlagsThatAllHave() {
    for (String verb : VERBS) {
      Shell.Result result = run(verb, "--help");
      assertThat(result.code()).as(verb).isEqualTo(ExitCode.DONE);
      assertThat(result.out()).as(verb).contains("--data-dir", "--json", "--quiet", "--help");
    }
  }

  @Test
  void anUnknownSettingInTheEnvironmentIsNamed() {
    Shell.Result result = new Shell(folder).with("RETORT_SERVER_PROT", "8081").run("ask", "q");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("RETORT_SERVER_PROT");
  }

  @Test
  void anUnknownSettingInTheFileIsNamed() throws Exception {
    Files.writeString(folder.resolve("retort.yaml"), "retort:\n  server:\n    prot: 8081\n");
    Shell.Result result = new Shell(folder).run("ask", "q");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("retort.server.prot");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2027-11-25", "2027-11-25T12:00:00Z", "12h", "90d"})
  void theEndOfAKeyIsATimeOrALifetime(String text) {
    var now = Instant.parse("2026-11-25T10:00:00.000Z");
    assertThat(KeysVerb.instant(text, now)).isAfter(now);
  }

  @Test
  void aDayBeginsInUtc() {
    var now = Instant.parse("2026-11-25T10:00:00.000Z");
    assertThat(KeysVerb.instant("2027-11-25", now)).hasToString("2027-11-25T00:00:00Z");
    assertThat(KeysVerb.instant("90d", now)).hasToString("2027-02-23T10:00:00Z");
  }

  @Test
  void loginIsOfNoUseWithoutAService() {
    Shell.Result result = run("login");
    assertThat(result.code()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(result.err()).contains("no service runs on", "retort serve");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void nobodyAnswersAtTheAddress() throws Exception {
    String url;
    try (var service = new FakeService()) {
      url = service.url();
    }
    Shell.Result result = new Shell(folder).with("RETORT_KEY", "rt_x").run("jobs", "--url", url);
    assertThat(result.code()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(result.err()).contains("no service answers at " + url);
  }

  @Test
  void noFlagIsShort() {
    var flags = new ArrayList<String>();
    for (String verb : VERBS) {
      run(verb, "--help").out().lines().map(String::strip).forEach(flags::add);
    }
    assertThat(flags).noneMatch(line -> line.matches("-[a-zA-Z]\\b.*"));
  }
}
