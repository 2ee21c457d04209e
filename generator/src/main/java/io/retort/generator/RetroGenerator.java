package io.retort.generator;

import io.retort.data.ChunkId;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.ModelConfig;
import io.retort.encoder.WordPieceTokenizer;
import io.retort.generator.Stopwatch.Stage;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The RETRO decoder as an {@link AnswerGenerator}, over any {@link RetroModel}. */
public final class RetroGenerator implements AnswerGenerator {
  private static final int MAX_NEIGHBOURS = 32;
  private static final int DRAFT_LENGTH = 2;

  private final Generation.Shared shared;
  private final QuestionReader.Means means;
  private final Prompts prompts;
  private final GeneratorOptions options;
  private final Slots slots;

  /** Takes over {@code model}, which {@link #close()} closes; the tokenizers stay the caller's. */
  public RetroGenerator(
      RetroModel model,
      DecoderTokenizer tokenizer,
      WordPieceTokenizer wordPieces,
      ModelConfig config,
      GeneratorOptions options) {
    this(model, tokenizer, wordPieces, config, options, DRAFT_LENGTH);
  }

  RetroGenerator(
      RetroModel model,
      DecoderTokenizer tokenizer,
      WordPieceTokenizer wordPieces,
      ModelConfig config,
      GeneratorOptions options,
      int draftLength) {
    int endToken = config.decoder().endToken();
    var pool = new ReaderPool(options.readers(), options.slots() * MAX_NEIGHBOURS);
    shared =
        new Generation.Shared(
            model,
            pool,
            tokenizer,
            Calibrations.of(config.calibration()),
            config.chunkLength(),
            config.decoder().copyContinuation(),
            endToken,
            specialTokens(tokenizer, config.decoder().vocabulary(), endToken),
            new CopyDraft(draftLength, endToken));
    means = new QuestionReader.Means(model, pool, tokenizer, wordPieces, config.retrievedLength());
    prompts = new Prompts(tokenizer, config);
    this.options = options;
    slots = new Slots(options.slots());
  }

  private static double otherwise(@Nullable Double value, double calibrated) {
    return value == null ? calibrated : value;
  }

  /** All tokens that stand for no text, but the end token. */
  private static BitSet specialTokens(DecoderTokenizer tokenizer, int vocabulary, int endToken) {
    var special = new BitSet(vocabulary);
    for (int id = 0; id < vocabulary; id++) {
      if (id >= tokenizer.vocabulary() || (tokenizer.bytes(id).length == 0 && id != endToken)) {
        special.set(id);
      }
    }
    return special;
  }

  @Override
  public GeneratedAnswer generate(
      GenerationRequest wanted,
      NeighbourSource source,
      SourceText texts,
      RequestLimits limits,
      Consumer<GenerationEvent> events) {
    GenerationRequest request = prompts.fitted(wanted);
    int[] prompt = prompts.tokens(request);
    var stopwatch = new Stopwatch();
    var reader =
        new QuestionReader(means, prompts.styleWords(request.style()), request.question(), limits);
    try (var entries =
        new Entries(request, source, reader, shared.model(), limits, events, stopwatch)) {
      var generation =
          new Generation(
              shared,
              request,
              prompt,
              minRelevance(request.style()),
              otherwise(request.minConfidence(), minConfidence(request.style())),
              entries,
              texts,
              limits,
              events,
              stopwatch);
      FinishReason finish = inSlot(limits, stopwatch, generation);
      return generation.result(finish, reader.tokensRead());
    }
  }

  private FinishReason inSlot(RequestLimits limits, Stopwatch stopwatch, Generation generation) {
    try (var _ = stopwatch.time(Stage.QUEUE)) {
      if (!slots.enter(limits)) {
        return generation.interrupted();
      }
    }
    try {
      return generation.run();
    } finally {
      slots.leave();
    }
  }

  @Override
  public KnockOut knockOut(
      GenerationRequest request,
      int[] tokens,
      List<List<Neighbour>> neighbours,
      Set<ChunkId> masked,
      RequestLimits limits) {
    int[] prompt = prompts.tokens(prompts.fitted(request));
    var reader =
        new QuestionReader(means, prompts.styleWords(request.style()), request.question(), limits);
    var scorer =
        new AnswerScorer(
            shared.model(),
            reader,
            prompt,
            tokens,
            neighbours,
            shared.chunkLength(),
            new CopyRule(true, shared.copyContinuation()));
    if (!slots.enter(limits)) {
      throw new RunInterruptedException();
    }
    try (var decoding = shared.model().decode(prompt.length + tokens.length, limits)) {
      return scorer.score(decoding, masked);
    } finally {
      slots.leave();
    }
  }

  @Override
  public double[] relevance(String question, List<Neighbour> candidates, RequestLimits limits) {
    var reader = new QuestionReader(means, prompts.styleWords(AnswerStyle.SHORT), question, limits);
    return reader.readInTime(candidates).stream()
        .mapToDouble(read -> Salience.of(List.of(read.slab())).relevance())
        .toArray();
  }

  @Override
  public int questionTokens(String question) {
    return prompts.questionTokens(question);
  }

  @Override
  public int maxQuestionTokens() {
    return prompts.maxQuestionTokens();
  }

  @Override
  public double minConfidence(AnswerStyle style) {
    return otherwise(options.minConfidence(), shared.calibrations().of(style).minConfidence());
  }

  private double minRelevance(AnswerStyle style) {
    return otherwise(options.minRelevance(), shared.calibrations().of(style).minRelevance());
  }

  @Override
  public String device() {
    return shared.model().device();
  }

  @Override
  public int slots() {
    return slots.count();
  }

  @Override
  public long nativeBytes() {
    return shared.model().nativeBytes();
  }

  @Override
  public void close() {
    means.pool().close();
    shared.model().close();
  }
}
