package io.retort.web.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** What a new credential is called and what it opens. */
final class GrantFlags {
  @Option(names = "--name", paramLabel = "NAME", description = "whom or what it is for")
  private @Nullable String name;

  @Option(
      names = "--scopes",
      paramLabel = "SCOPE",
      split = ",",
      description = "of ask, read, write, admin, separated by commas")
  private List<String> scopes = List.of();

  @Option(
      names = "--collections",
      paramLabel = "ID",
      split = ",",
      description = "ids of collections, separated by commas, or * for all (*)")
  private List<String> collections = List.of();

  @Nullable String name() {
    return name;
  }

  boolean given() {
    return name != null || !scopes.isEmpty() || !collections.isEmpty();
  }

  /** The body of the request that makes the credential. */
  ObjectNode request(List<String> defaultScopes) {
    ObjectNode body = Json.object().put("name", name == null ? "owner" : name);
    body.set("scopes", Json.strings(scopes.isEmpty() ? defaultScopes : scopes));
    body.set("collections", Json.strings(collections.isEmpty() ? List.of("*") : collections));
    return body;
  }
}
