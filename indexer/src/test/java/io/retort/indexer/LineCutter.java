package io.retort.indexer;

import io.retort.data.TextSpan;
import java.util.ArrayList;
import java.util.List;

/** Every line is a chunk. */
final class LineCutter implements TextCutter {
  @Override
  public List<ChunkDraft> chunk(ParsedDocument document) {
    List<ChunkDraft> chunks = new ArrayList<>();
    int[] text = document.text().codePoints().toArray();
    int start = 0;
    for (int at = 0; at < text.length; at++) {
      if (text[at] == '\n' || at == text.length - 1) {
        chunks.add(new ChunkDraft(chunks.size(), new TextSpan(start, at + 1), "", null));
        start = at + 1;
      }
    }
    return chunks;
  }

  @Override
  public String fingerprint() {
    return "lines";
  }
}
