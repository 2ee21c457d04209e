package io.retort.web.cli;

import io.retort.web.ExitCode;
import io.retort.web.cli.Replies.Neighbour;
import io.retort.web.cli.Replies.Search;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "search",
    description = "Find the neighbours of a text, without an answer.",
    footer = {"", "Ends with 3 if nothing is found."})
final class SearchVerb extends ServiceVerb {
  @Parameters(paramLabel = "QUERY", description = "what to look for, in quotes")
  private String query = "";

  @Mixin private CollectionFlag collection = new CollectionFlag();

  @Option(names = "--k", paramLabel = "N", description = "how many neighbours (10)")
  private @Nullable Integer k;

  @Option(names = "--mode", paramLabel = "MODE", description = "hybrid, dense or lexical (hybrid)")
  private @Nullable String mode;

  @Option(
      names = "--filter",
      paramLabel = "JSON",
      description = "a filter of the REST API, or a list of them; may be repeated")
  private List<String> filters = List.of();

  private ArrayNode filter = Json.array();

  SearchVerb(Program program) {
    super(program);
  }

  @Override
  void check() {
    filter = Json.filters(filters);
  }

  @Override
  int run(Api api) throws IOException, InterruptedException {
    ObjectNode request = Json.object().put("query", query);
    request.set("filters", filter);
    request.put("collection", collection.value(api));
    if (k != null) {
      request.put("k", k);
    }
    if (mode != null) {
      request.put("mode", mode);
    }
    JsonNode response = api.post("/search", request);
    Search search = Json.read(response, Search.class);
    if (json()) {
      print(response);
    } else {
      search.neighbours().forEach(this::print);
    }
    if (search.degraded() != null) {
      note("not everything could be searched: " + search.degraded().reason());
    }
    if (search.neighbours().isEmpty()) {
      note("nothing was found");
      return ExitCode.RESERVATION;
    }
    return ExitCode.DONE;
  }

  private void print(Neighbour neighbour) {
    String page = neighbour.page() == null ? "" : " · page " + neighbour.page();
    print(
        "%2d  %s  %s"
            .formatted(
                neighbour.rank(),
                terminal().bold(Terminal.line(neighbour.title()) + page),
                terminal()
                    .dim(
                        "%s · %.4f · %s"
                            .formatted(
                                neighbour.source(), neighbour.score(), neighbour.chunkId()))));
    if (neighbour.text() != null) {
      print("    " + Terminal.line(neighbour.text()));
    }
  }
}
