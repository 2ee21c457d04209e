package io.retort.web.fakes;

import static java.util.Objects.requireNonNull;

import io.retort.data.Chunk;
import io.retort.data.ChunkId;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.data.SearchTimeoutException;
import io.retort.data.TextSpan;
import io.retort.generator.AbstentionReason;
import io.retort.generator.AnswerGenerator;
import io.retort.generator.AnswerStyle;
import io.retort.generator.Citation;
import io.retort.generator.ConfidenceEvidence;
import io.retort.generator.FinishReason;
import io.retort.generator.GeneratedAnswer;
import io.retort.generator.GenerationEvent;
import io.retort.generator.GenerationFailedException;
import io.retort.generator.GenerationRequest;
import io.retort.generator.KnockOut;
import io.retort.generator.NeighbourSource;
import io.retort.generator.SourceText;
import io.retort.generator.Timings;
import io.retort.generator.TokenTrace;
import io.retort.generator.TraceEntry;
import io.retort.generator.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Quotes the first words of the best neighbour. The first word of a question steers it: "wait"
 * holds the slot until released, cancelled or out of time; "flood" says kilobyte after kilobyte
 * until cancelled or out of time; "unsure" abstains; "fail" breaks, "break" does so after the last
 * token; "cut" ends by the limit of tokens. What is cancelled already ends at once. Relevant is
 * what says that it is.
 */
public final class FakeGenerator implements AnswerGenerator {
  private static final int LONGEST_QUESTION = 256;

  private final Semaphore release = new Semaphore(0);
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger cancelled = new AtomicInteger();
  private final AtomicLong flooded = new AtomicLong();
  private final Queue<String> begun = new ConcurrentLinkedQueue<>();
  private volatile @Nullable GenerationRequest lastRequest;
  private volatile @Nullable GenerationRequest lastKnockOut;

  /** Lets {@code count} questions that wait go on. */
  public void release(int count) {
    release.release(count);
  }

  public int waiting() {
    return waiting.get();
  }

  /** How many answers ended because nobody wanted them any more. */
  public int cancelled() {
    return cancelled.get();
  }

  /** Bytes of text that floods have said. */
  public long flooded() {
    return flooded.get();
  }

  /** Questions in the order in which their answers were begun. */
  public List<String> begun() {
    return List.copyOf(begun);
  }

  /** What was asked for last. */
  public GenerationRequest lastRequest() {
    return requireNonNull(lastRequest);
  }

  /** What the last knock-out took for the request. */
  public GenerationRequest lastKnockOut() {
    return requireNonNull(lastKnockOut);
  }

  @Override
  public GeneratedAnswer generate(
      GenerationRequest request,
      NeighbourSource source,
      SourceText texts,
      RequestLimits limits,
      Consumer<GenerationEvent> events) {
    lastRequest = request;
    String question = request.question();
    begun.add(question);
    if (limits.cancel().cancelled()) {
      return cancelledEarly();
    }
    var query = new NeighbourSource.Query(request.history(), question, "", 0);
    List<Neighbour> neighbours;
    try {
      neighbours = source.neighbours(query);
    } catch (SearchTimeoutException e) {
      if (limits.cancel().cancelled()) {
        return cancelledEarly();
      }
      throw e;
    }
    var entry = new TraceEntry(0, query.text(), false, neighbours);
    events.accept(new GenerationEvent.Retrieved(entry));
    if (question.startsWith("fail")) {
      throw new GenerationFailedException("logits are not finite");
    }
    boolean held = question.startsWith("wait") && !waitForRelease(limits);
    if (held || question.startsWith("flood")) {
      if (!held) {
        flood(limits, events);
      }
      if (!limits.cancel().cancelled()) {
        throw new SearchTimeoutException("out of time");
      }
      cancelled.incrementAndGet();
      return answer("", null, FinishReason.CANCELLED, List.of(), List.of(entry), List.of());
    }
    if (neighbours.isEmpty() || question.startsWith("unsure")) {
      AbstentionReason reason =
          neighbours.isEmpty()
              ? AbstentionReason.NO_RELEVANT_PASSAGE
              : AbstentionReason.LOW_CONFIDENCE;
      events.accept(new GenerationEvent.Abstained(reason, 0.1, neighbours));
      return answer(null, reason, FinishReason.ABSTAINED, List.of(), List.of(entry), List.of());
    }
    FinishReason finish = question.startsWith("cut") ? FinishReason.LENGTH : FinishReason.STOP;
    GeneratedAnswer answer = quote(neighbours.getFirst(), finish, entry, texts, events);
    if (question.startsWith("break")) {
      throw new GenerationFailedException("logits are not finite");
    }
    return answer;
  }

  private GeneratedAnswer quote(
      Neighbour best,
      FinishReason finish,
      TraceEntry entry,
      SourceText texts,
      Consumer<GenerationEvent> events) {
    Chunk chunk = best.chunk();
    int length = Math.min(40, chunk.span().length());
    var sourceSpan = new TextSpan(chunk.span().start(), chunk.span().start() + length);
    String quote = texts.text(chunk.id().documentId(), chunk.version(), sourceSpan);
    if (quote == null) {
      return answer("", null, FinishReason.STOP, List.of(), List.of(entry), List.of());
    }
    var tokens = new ArrayList<TokenTrace>();
    int at = 0;
    for (String word : quote.splitWithDelimiters("(?= )", 0)) {
      int points = word.codePointCount(0, word.length());
      var token =
          new TokenTrace(
              tokens.size(),
              100 + tokens.size(),
              word,
              new TextSpan(at, at + points),
              -0.1,
              0.9,
              new TokenTrace.Source(
                  chunk.id(),
                  chunk.version(),
                  new TextSpan(sourceSpan.start() + at, sourceSpan.start() + at + points)));
      tokens.add(token);
      events.accept(new GenerationEvent.TokenGenerated(token));
      at += points;
    }
    var citation =
        new Citation(1, chunk, chunk.page(), sourceSpan, new TextSpan(0, length), quote, 0.97);
    events.accept(new GenerationEvent.CitationFound(citation));
    return answer(quote, null, finish, List.of(citation), List.of(entry), tokens);
  }

  private GeneratedAnswer cancelledEarly() {
    cancelled.incrementAndGet();
    return answer("", null, FinishReason.CANCELLED, List.of(), List.of(), List.of());
  }

  private void flood(RequestLimits limits, Consumer<GenerationEvent> events) {
    String text = "x".repeat(1 << 10);
    for (int i = 0; !limits.over(); i++) {
      var span = new TextSpan(i << 10, (i + 1) << 10);
      events.accept(
          new GenerationEvent.TokenGenerated(new TokenTrace(i, 100, text, span, -0.1, 0, null)));
      flooded.addAndGet(text.length());
    }
  }

  private boolean waitForRelease(RequestLimits limits) {
    waiting.incrementAndGet();
    try {
      while (!limits.over()) {
        if (release.tryAcquire(5, TimeUnit.MILLISECONDS)) {
          return true;
        }
      }
      return false;
    } catch (InterruptedException e) {
      return false;
    } finally {
      waiting.decrementAndGet();
    }
  }

  private static GeneratedAnswer answer(
      @Nullable String text,
      @Nullable AbstentionReason reason,
      FinishReason finish,
      List<Citation> citations,
      List<TraceEntry> trace,
      List<TokenTrace> tokens) {
    Duration ms = Duration.ofMillis(1);
    return new GeneratedAnswer(
        text,
        reason,
        reason == null ? 0.9 : 0.1,
        new ConfidenceEvidence(0.9, 0.9, -0.1, -0.2),
        finish,
        citations,
        List.of(),
        trace,
        tokens,
        new GeneratedAnswer.Refused(0, 0),
        new Usage(10, tokens.size(), 64, 1),
        new Timings(Duration.ZERO, ms, ms, ms, ms, ms, tokens.isEmpty() ? null : ms, ms));
  }

  @Override
  public KnockOut knockOut(
      GenerationRequest request,
      int[] tokens,
      List<List<Neighbour>> neighbours,
      Set<ChunkId> masked,
      RequestLimits limits) {
    lastKnockOut = request;
    return new KnockOut(-0.5, -0.5 - masked.size());
  }

  @Override
  public double[] relevance(String question, List<Neighbour> candidates, RequestLimits limits) {
    return candidates.stream()
        .mapToDouble(candidate -> candidate.chunk().text().contains("relevant") ? 0.9 : 0.1)
        .toArray();
  }

  @Override
  public int questionTokens(String question) {
    return question.split("\\s+").length;
  }

  @Override
  public int maxQuestionTokens() {
    return LONGEST_QUESTION;
  }

  @Override
  public double minConfidence(AnswerStyle style) {
    return 0.5;
  }

  @Override
  public String device() {
    return "cpu";
  }

  @Override
  public long nativeBytes() {
    return 2_000;
  }

  @Override
  public int slots() {
    return 2;
  }

  @Override
  public void close() {}
}
