package io.retort.generator;

import io.retort.data.Chunk;
import io.retort.data.TextSpan;
import io.retort.generator.Attribution.Passage;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes citations of passages: each quote is compared with the stored text first, and what does not
 * match is dropped and counted. One request's.
 */
final class CitationDesk {
  private final SourceText texts;
  private final Stopwatch stopwatch;
  private final List<Citation> citations = new ArrayList<>();
  private int mismatched;
  private int gone;

  CitationDesk(SourceText texts, Stopwatch stopwatch) {
    this.texts = texts;
    this.stopwatch = stopwatch;
  }

  /** The citations of these passages that hold, numbered after the earlier ones. */
  List<Citation> check(List<Passage> passages) {
    int earlier = citations.size();
    try (var _ = stopwatch.time(Stopwatch.Stage.VERIFY)) {
      for (Passage passage : passages) {
        check(passage);
      }
    }
    return citations.subList(earlier, citations.size());
  }

  private void check(Passage passage) {
    Chunk chunk = passage.neighbour().chunk();
    TextSpan span = passage.neighbour().inDocument(passage.sourceSpan());
    String stored = texts.text(chunk.id().documentId(), chunk.version(), span);
    if (stored == null) {
      gone++;
    } else if (!stored.equals(passage.quote())) {
      mismatched++;
    } else {
      citations.add(
          new Citation(
              citations.size() + 1,
              chunk,
              passage.neighbour().page(passage.sourceSpan()),
              span,
              passage.answerSpan(),
              stored,
              passage.share()));
    }
  }

  List<Citation> citations() {
    return citations;
  }

  GeneratedAnswer.Refused refused() {
    return new GeneratedAnswer.Refused(mismatched, gone);
  }
}
