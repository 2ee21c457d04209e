package io.retort.indexer;

import java.util.List;

/** A text into RETRO's chunks: the {@link Chunker}, as the pipeline sees it. */
public interface TextCutter {
  /** In order; joined they are the text. */
  List<ChunkDraft> chunk(ParsedDocument document);

  /** Equal means equal chunks of equal texts. */
  String fingerprint();
}
