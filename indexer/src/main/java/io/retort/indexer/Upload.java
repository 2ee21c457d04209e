package io.retort.indexer;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file that a caller hands over.
 *
 * @param path a label inside the collection, {@code /}-separated; never a path of the file system
 * @param title null: from the file, else its name
 * @param mediaType what the caller says that it is, null if nothing; content decides
 * @param metadata values are String, Long, Double or Boolean
 */
public record Upload(
    String path,
    @Nullable String title,
    @Nullable String mediaType,
    List<String> tags,
    Map<String, Object> metadata,
    Content content) {
  /** The bytes, opened once, read to the end or to the size limit, and closed by the reader. */
  @FunctionalInterface
  public interface Content {
    InputStream open() throws IOException;
  }

  public Upload {
    requireNonNull(path, "path");
    tags = List.copyOf(tags);
    metadata = Map.copyOf(metadata);
    requireNonNull(content, "content");
    for (var entry : metadata.entrySet()) {
      switch (entry.getValue()) {
        case String _, Long _, Double _, Boolean _ -> {}
        default ->
            throw new IllegalArgumentException(
                "metadata '%s' is a %s; known: String, Long, Double, Boolean"
                    .formatted(entry.getKey(), entry.getValue().getClass().getSimpleName()));
      }
    }
  }

  /** A file without title, tags and metadata of its own. */
  public static Upload of(String path, Content content) {
    return new Upload(path, null, null, List.of(), Map.of(), content);
  }
}
