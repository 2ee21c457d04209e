package io.retort.web.cli;

import io.retort.web.UsageException;
import io.retort.web.cli.Replies.Collection;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flag {@code --collection}, which may be left out when there is one collection only. */
final class CollectionFlag {
  @Option(
      names = "--collection",
      paramLabel = "ID",
      description = "the collection; may be left out when there is exactly one")
  private @Nullable String collection;

  boolean given() {
    return collection != null;
  }

  /** The collection that is meant. */
  String value(Api api) throws IOException, InterruptedException {
    if (collection != null) {
      return collection;
    }
    List<Collection> all =
        api.list("/collections").stream().map(node -> Json.read(node, Collection.class)).toList();
    if (all.size() == 1) {
      return all.getFirst().id();
    }
    throw new UsageException(
        all.isEmpty()
            ? "there is no collection yet; name one with --collection when you ingest"
            : "there are "
                + all.size()
                + " collections; choose one with --collection: "
                + all.stream().map(Collection::id).collect(Collectors.joining(", ")));
  }
}
