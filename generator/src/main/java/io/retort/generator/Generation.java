package io.retort.generator;

import io.retort.data.RequestLimits;
import io.retort.encoder.DecoderTokenizer;
import io.retort.generator.GenerationEvent.Abstained;
import io.retort.generator.RetroModel.Decoding;
import io.retort.generator.Stopwatch.Stage;
import io.retort.generator.Transcript.Verdict;
import java.util.BitSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The making of one answer. Lives in one call, on its thread. */
final class Generation {
  /**
   * What all requests share.
   *
   * @param barred tokens that no answer may hold: the special ones but the end token
   */
  record Shared(
      RetroModel model,
      ReaderPool pool,
      DecoderTokenizer tokenizer,
      Calibrations calibrations,
      int chunkLength,
      double copyContinuation,
      int endToken,
      BitSet barred,
      CopyDraft draft) {}

  private final Shared shared;
  private final GenerationRequest request;
  private final int[] prompt;
  private final double minRelevance;
  private final Entries entries;
  private final RequestLimits limits;
  private final Consumer<GenerationEvent> events;
  private final Stopwatch stopwatch;

  private final ChunkGrid grid;
  private final Sampler sampler;
  private final CopyRule copying;
  private final BitSet barredWithEnd;
  private final boolean confidenceDecides;
  private final Judge judge;
  private final CitationDesk desk;
  private final Transcript transcript;
  private @Nullable AbstentionReason abstention;
  private int generated;

  Generation(
      Shared shared,
      GenerationRequest request,
      int[] prompt,
      double minRelevance,
      double minConfidence,
      Entries entries,
      SourceText texts,
      RequestLimits limits,
      Consumer<GenerationEvent> events,
      Stopwatch stopwatch) {
    this.shared = shared;
    this.request = request;
    this.prompt = prompt;
    this.minRelevance = minRelevance;
    this.entries = entries;
    this.limits = limits;
    this.events = events;
    this.stopwatch = stopwatch;
    grid = new ChunkGrid(shared.chunkLength(), prompt.length);
    sampler = Sampler.of(request.sampling());
    barredWithEnd = (BitSet) shared.barred().clone();
    barredWithEnd.set(shared.endToken());
    copying = new CopyRule(request.diagnostics().copyHead(), shared.copyContinuation());
    Calibration calibration = shared.calibrations().of(request.style());
    confidenceDecides = minConfidence == 0 || calibration.fitted();
    judge = new Judge(calibration, minConfidence);
    desk = new CitationDesk(texts, stopwatch);
    transcript = new Transcript(grid, judge, desk, request.stop(), events, stopwatch);
  }

  /**
   * Runs to the end of the answer.
   *
   * @throws NoTokenInTimeException if the deadline came before a token was let out
   */
  FinishReason run() {
    try (Decoding decoding = shared.model().decode(prompt.length + request.maxTokens(), limits);
        Prefill prefill = Prefill.start(shared.pool(), decoding, prompt)) {
      return answer(entries.first(), decoding, prefill);
    } catch (RunInterruptedException e) {
      return interrupted();
    }
  }

  private FinishReason answer(AttendedNeighbours neighbours, Decoding decoding, Prefill prefill) {
    judge.relevance(neighbours.relevance());
    if (!request.diagnostics().closedBook()
        && (neighbours.isEmpty() || neighbours.relevance() < minRelevance)) {
      judge.answerable(0);
      return abstain(AbstentionReason.NO_RELEVANT_PASSAGE);
    }
    try (var _ = stopwatch.time(Stage.PREFILL)) {
      prefill.await();
    }
    return decode(decoding, neighbours);
  }

  private FinishReason decode(Decoding decoding, AttendedNeighbours first) {
    AttendedNeighbours neighbours = first;
    int[] inputs = {prompt[prompt.length - 1]};
    Step last = null;
    while (true) {
      DecoderRows rows;
      try (var _ = stopwatch.time(generated == 0 ? Stage.PREFILL : Stage.DECODE)) {
        rows = decoding.append(inputs, neighbours.memory());
      }
      int row = 0;
      do {
        Mixture mixture = Mixture.of(rows, row, neighbours, copying, last);
        int token = choose(mixture);
        if (token == shared.endToken()) {
          return ended(mixture);
        }
        last = mixture.step(token);
        FinishReason finish = take(last);
        if (finish != null) {
          return finish;
        }
        row++; // whose input was drafted: it counts if the draft was right
      } while (row < inputs.length && inputs[row] == last.id());
      decoding.truncate(prompt.length + generated - 1); // the last token is not in yet
      if (limits.over()) {
        throw new RunInterruptedException();
      }
      if (grid.needsEntry(generated)) {
        neighbours = entries.following(transcript.textFrom(generated - shared.chunkLength()));
      }
      inputs = withDraft(last, neighbours);
    }
  }

  private int choose(Mixture mixture) {
    if (generated == 0) {
      judge.answerable(1 - mixture.probability(shared.endToken()));
    }
    // An end before any answer is evidence, which the confidence weighs with the rest of it.
    boolean mustAnswer = confidenceDecides && transcript.isBlank();
    return sampler.choose(mixture, mustAnswer ? barredWithEnd : shared.barred());
  }

  /** The last token and what may follow it, all attending to the same entry. */
  private int[] withDraft(Step last, AttendedNeighbours neighbours) {
    int room = Math.min(grid.leftInChunk(generated) - 1, request.maxTokens() - generated - 1);
    int[] draft = shared.draft().after(last, neighbours, room);
    int[] inputs = new int[1 + draft.length];
    inputs[0] = last.id();
    System.arraycopy(draft, 0, inputs, 1, draft.length);
    return inputs;
  }

  /** Takes a token into the answer; null if the answer goes on. */
  private @Nullable FinishReason take(Step step) {
    generated++;
    entries.tell();
    return switch (transcript.add(step, shared.tokenizer().bytes(step.id()))) {
      case STOP_TEXT -> finish(FinishReason.STOP, null);
      case UNCERTAIN -> uncertain();
      case GO_ON -> generated == request.maxTokens() ? finish(FinishReason.LENGTH, null) : null;
    };
  }

  private FinishReason ended(Mixture mixture) {
    if (transcript.isBlank()) {
      judge.refused(mixture.step(mixture.likeliest(barredWithEnd)));
      return abstain(AbstentionReason.LOW_CONFIDENCE);
    }
    return finish(FinishReason.STOP, mixture.step(shared.endToken()).logProbability());
  }

  private FinishReason finish(FinishReason reason, @Nullable Double end) {
    return transcript.finish(end) == Verdict.UNCERTAIN || !transcript.anythingOut()
        ? uncertain()
        : reason;
  }

  private FinishReason uncertain() {
    return transcript.anythingOut()
        ? FinishReason.LOW_CONFIDENCE
        : abstain(AbstentionReason.LOW_CONFIDENCE);
  }

  private FinishReason abstain(AbstentionReason reason) {
    abstention = reason;
    events.accept(
        new Abstained(reason, judge.confidence(), entries.trace().getFirst().neighbours()));
    return FinishReason.ABSTAINED;
  }

  /** The end of a request whose limits ran out. */
  FinishReason interrupted() {
    if (limits.cancel().cancelled()) {
      transcript.finishNow();
      return FinishReason.CANCELLED;
    }
    transcript.finish(null);
    if (!transcript.anythingOut()) {
      throw new NoTokenInTimeException();
    }
    return FinishReason.TIMEOUT;
  }

  /** The answer as it stands after {@link #run}. */
  GeneratedAnswer result(FinishReason finish, int neighbourTokens) {
    boolean abstained = abstention != null;
    return new GeneratedAnswer(
        abstained ? null : transcript.text(),
        abstention,
        judge.confidence(),
        judge.evidence(),
        finish,
        desk.citations(),
        transcript.unsupported(),
        entries.trace(),
        transcript.tokens(),
        desk.refused(),
        new Usage(prompt.length, generated, neighbourTokens, entries.retrievals()),
        stopwatch.timings());
  }
}
