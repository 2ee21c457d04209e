package io.retort.web.answers;

import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.Neighbour;
import io.retort.generator.Citation;
import io.retort.generator.GeneratedAnswer;
import io.retort.generator.Timings;
import io.retort.generator.TokenTrace;
import io.retort.generator.TraceEntry;
import io.retort.retriever.Retrieval;
import io.retort.web.answers.AnswerView.CitationView;
import io.retort.web.answers.AnswerView.DegradedView;
import io.retort.web.answers.AnswerView.TimingsView;
import io.retort.web.answers.AnswerView.TokenSource;
import io.retort.web.answers.AnswerView.TokenView;
import io.retort.web.answers.AnswerView.TraceNeighbour;
import io.retort.web.answers.AnswerView.TraceView;
import io.retort.web.search.NeighbourView;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The generator's words in the words of the API. */
final class AnswerViews {
  private final String citationBase;

  /** {@code publicUrl} null leaves the addresses of citations relative to the service. */
  AnswerViews(@Nullable String publicUrl) {
    this.citationBase = publicUrl == null ? "" : publicUrl.replaceAll("/+$", "");
  }

  CitationView citation(Citation citation) {
    Chunk chunk = citation.chunk();
    return new CitationView(
        citation.id(),
        chunk.collection(),
        chunk.id().documentId(),
        chunk.version(),
        chunk.title(),
        chunk.id().toString(),
        citation.page(),
        citation.sourceSpan(),
        citation.answerSpan(),
        citation.quote(),
        citation.score(),
        "live",
        "%s/documents/%s?version=%d&start=%d&end=%d"
            .formatted(
                citationBase,
                chunk.id().documentId(),
                chunk.version(),
                citation.sourceSpan().start(),
                citation.sourceSpan().end()));
  }

  static List<NeighbourView> neighbours(
      List<Neighbour> neighbours,
      boolean reranked,
      boolean text,
      Map<ChunkId, Retrieval.RawScores> raw) {
    return neighbours.stream()
        .map(n -> NeighbourView.of(n, reranked, text, false, raw.get(n.chunk().id())))
        .toList();
  }

  static TraceView trace(TraceEntry entry) {
    return new TraceView(
        entry.chunkIndex(),
        entry.query(),
        entry.frozen(),
        entry.neighbours().stream()
            .map(
                n ->
                    new TraceNeighbour(
                        n.chunk().id().toString(),
                        n.chunk().id().documentId(),
                        n.score(),
                        n.rank()))
            .toList());
  }

  static TokenView token(TokenTrace token) {
    TokenTrace.Source source = token.topSource();
    return new TokenView(
        token.index(),
        token.text(),
        token.answerSpan(),
        Math.min(0, token.logProbability()),
        token.copyShare(),
        source == null
            ? null
            : new TokenSource(
                source.chunkId().toString(), source.chunkId().documentId(), source.sourceSpan()));
  }

  static @Nullable DegradedView degraded(Retrieval.@Nullable Degraded degraded) {
    return degraded == null
        ? null
        : new DegradedView(degraded.reason().name().toLowerCase(Locale.ROOT), degraded.missing());
  }

  /**
   * @param queued before the generator was called
   */
  static TimingsView timings(
      GeneratedAnswer answer, Duration queued, Duration encode, Duration retrieve) {
    Timings t = answer.timings();
    Duration firstToken = t.firstToken();
    return new TimingsView(
        queued.plus(t.queue()).toMillis(),
        encode.toMillis(),
        retrieve.toMillis(),
        t.neighbourEncode().toMillis(),
        t.prefill().toMillis(),
        t.decode().toMillis(),
        t.verify().toMillis(),
        firstToken == null ? null : queued.plus(firstToken).toMillis(),
        queued.plus(t.total()).toMillis());
  }
}
