package io.retort.web.rooms;

import io.retort.indexer.TextExtraction;
import java.nio.file.Path;

/** Where the parsers of uploaded files come from. */
@FunctionalInterface
public interface ExtractionSource {
  /**
   * @param tempFolder for files that are of no use after a restart
   */
  Opened open(Path tempFolder) throws InterruptedException;

  /** Parsers, and what closes them. */
  record Opened(TextExtraction extraction, Runnable closer) {}
}
