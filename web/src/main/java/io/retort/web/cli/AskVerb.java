package io.retort.web.cli;

import io.retort.web.ExitCode;
import io.retort.web.cli.Replies.Answer;
import io.retort.web.cli.Replies.Citation;
import io.retort.web.cli.Replies.Neighbour;
import io.retort.web.cli.Replies.Span;
import io.retort.web.cli.Replies.Token;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "ask",
    description = "Answer a question from a collection, with marks and their sources.",
    footer = {"", "Ends with 3 if the documents do not hold the answer."})
final class AskVerb extends ServiceVerb {
  @Parameters(paramLabel = "QUESTION", description = "the question, in quotes")
  private String question = "";

  @Mixin private CollectionFlag collection = new CollectionFlag();

  @Option(
      names = "--style",
      paramLabel = "STYLE",
      description = "short, sentence or paragraph (sentence)")
  private @Nullable String style;

  @Option(names = "--k", paramLabel = "N", description = "neighbours at each retrieval (4)")
  private @Nullable Integer k;

  @Option(
      names = "--filter",
      paramLabel = "JSON",
      description = "a filter of the REST API, or a list of them; may be repeated")
  private List<String> filters = List.of();

  @Option(
      names = "--include",
      paramLabel = "WHAT",
      split = ",",
      description = "tokens: each token with the share that was copied, and from where")
  private List<String> include = List.of();

  private ArrayNode filter = Json.array();

  /** Paths of cited documents by id, as they were looked up. */
  private final Map<String, String> paths = new HashMap<>();

  AskVerb(Program program) {
    super(program);
  }

  @Override
  void check() {
    filter = Json.filters(filters);
  }

  @Override
  int run(Api api) throws IOException, InterruptedException {
    ObjectNode request = Json.object().put("question", question);
    request.set("filters", filter);
    request.put("collection", collection.value(api));
    if (style != null) {
      request.put("style", style);
    }
    if (k != null) {
      request.put("k", k);
    }
    ArrayNode included = Json.strings(include);
    request.set("include", included);
    if (json()) {
      JsonNode answer = api.post("/answers", request);
      print(answer);
      return exitCode(Json.read(answer, Answer.class));
    }
    if (!include.contains("neighbour_text")) {
      included.add("neighbour_text"); // an abstention shows what stands nearest
    }
    var text = new MarkedText();
    JsonNode done = api.stream("/answers", request, (event, data) -> show(event, data, text));
    Answer answer = Json.read(done, Answer.class);
    if (answer.abstained()) {
      abstained(api, answer);
    } else {
      print(shown(text.rest()));
      sources(api, answer);
    }
    remarks(answer);
    return exitCode(answer);
  }

  private static int exitCode(Answer answer) {
    return answer.abstained() ? ExitCode.RESERVATION : ExitCode.DONE;
  }

  private void show(String event, JsonNode data, MarkedText text) {
    switch (event) {
      case "token" -> {
        terminal().out().print(shown(text.add(Json.read(data, Token.class).text())));
        terminal().out().flush();
      }
      case "citation" -> {
        Citation citation = Json.read(data, Citation.class);
        text.cite(citation.id(), citation.answerSpan().end());
      }
      default -> {
        // the last event repeats all that is needed of the others
      }
    }
  }

  private static String shown(String text) {
    return Terminal.plain(text);
  }

  private void abstained(Api api, Answer answer) throws IOException, InterruptedException {
    boolean nothing = "no_relevant_passage".equals(answer.reason());
    print(
        nothing
            ? "Nothing in these documents is about this."
            : "There are related passages, but no answer that is certain enough.");
    if (!answer.neighbours().isEmpty()) {
      print("");
      print("Nearest:");
      for (Neighbour neighbour : answer.neighbours()) {
        print(
            "  "
                + terminal()
                    .bold(place(api, neighbour.documentId(), neighbour.title(), neighbour.page())));
        if (neighbour.text() != null) {
          print("      " + Terminal.line(neighbour.text()));
        }
      }
    }
  }

  private void sources(Api api, Answer answer) throws IOException, InterruptedException {
    if (!answer.citations().isEmpty()) {
      print("");
    }
    for (Citation citation : answer.citations()) {
      String place = place(api, citation.documentId(), citation.title(), citation.page());
      print("[" + citation.id() + "] " + terminal().bold(place));
      if (citation.quote() != null) {
        print("    “" + Terminal.line(citation.quote()) + "”");
      }
    }
    String text = answer.answer() == null ? "" : answer.answer();
    for (Span span : answer.unsupported()) {
      int start = text.offsetByCodePoints(0, span.start());
      int end = text.offsetByCodePoints(start, span.end() - span.start());
      print("No source: " + Terminal.line(text.substring(start, end)));
    }
    if (include.contains("tokens") && answer.tokens() != null) {
      print("");
      answer.tokens().forEach(this::printToken);
    }
  }

  private void printToken(Token token) {
    var source = token.topSource();
    print(
        "%4d  %4.2f  %-16s %s"
            .formatted(
                token.index(),
                token.copyShare(),
                Json.write(Json.array().add(Terminal.plain(token.text())).get(0)),
                source == null
                    ? ""
                    : "%s %d–%d"
                        .formatted(
                            paths.getOrDefault(source.documentId(), source.documentId()),
                            source.sourceSpan().start(),
                            source.sourceSpan().end())));
  }

  /** Title, path and page, as far as the credential may see them. */
  private String place(Api api, String document, String title, @Nullable Integer page)
      throws IOException, InterruptedException {
    String path = paths.get(document);
    if (path == null) {
      try {
        JsonNode found = api.get("/documents/" + Api.quoted(document));
        path = Terminal.line(Json.read(found, Replies.Document.class).path());
      } catch (ProblemException e) {
        path = ""; // without the scope read, or gone since
      }
      paths.put(document, path);
    }
    String shown = Terminal.line(title);
    return shown
        + (path.isEmpty() || path.equals(shown) ? "" : " · " + path)
        + (page == null ? "" : " · page " + page);
  }

  private void remarks(Answer answer) {
    if (answer.partial()) {
      note("the answer is not complete: " + answer.finishReason());
    }
    if (answer.degraded() != null) {
      note("not everything could be searched: " + answer.degraded().reason());
    }
    note(
        terminal()
            .dim(
                String.format(
                    Locale.ROOT,
                    "confidence %.2f · %d tokens · %,d ms · %s",
                    answer.confidence(),
                    answer.usage().generatedTokens(),
                    answer.timings().totalMs(),
                    Terminal.line(answer.model().device()))));
  }
}
