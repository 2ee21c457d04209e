package io.retort.indexer;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What is in a file: the forked parsers, as the pipeline sees them. */
@FunctionalInterface
public interface TextExtraction {
  /**
   * @param name the file's own name; only breaks ties that the content leaves
   * @param declaredType what the sender says it is; only breaks ties, too
   */
  ParseOutcome parse(Path original, String name, @Nullable String declaredType)
      throws InterruptedException;
}
