package io.retort.benchmarks;

import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.Device;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelRole;
import io.retort.encoder.Openings;
import io.retort.encoder.onnx.OnnxSessions;
import io.retort.encoder.tokenizers.DjlDecoderTokenizer;
import io.retort.encoder.tokenizers.DjlWordPieceTokenizer;
import io.retort.generator.AnswerGenerator;
import io.retort.generator.GeneratorOptions;
import io.retort.generator.RetroGenerator;
import io.retort.generator.onnx.OnnxRetroModel;
import java.nio.file.Path;
import java.util.EnumSet;

/** What answering from given neighbours needs of a model folder. */
final class AnswerModels implements AutoCloseable {
  private final DjlDecoderTokenizer tokenizer;
  private final DjlWordPieceTokenizer wordPieces;
  private final AnswerGenerator generator;

  private AnswerModels(
      DjlDecoderTokenizer tokenizer, DjlWordPieceTokenizer wordPieces, AnswerGenerator generator) {
    this.tokenizer = tokenizer;
    this.wordPieces = wordPieces;
    this.generator = generator;
  }

  /** Opens the folder for {@code threads} answers at a time, read by as many threads. */
  static AnswerModels open(Path folder, int threads) {
    var models =
        ModelDirectory.open(
            folder,
            EnumSet.of(
                ModelRole.DECODER,
                ModelRole.NEIGHBOUR_MEMORY,
                ModelRole.DECODER_WEIGHTS,
                ModelRole.DECODER_TOKENIZER,
                ModelRole.RETRIEVAL_TOKENIZER));
    try (var openings = new Openings()) {
      var tokenizer = openings.add(DjlDecoderTokenizer.open(models), DjlDecoderTokenizer::close);
      var wordPieces =
          openings.add(DjlWordPieceTokenizer.open(models), DjlWordPieceTokenizer::close);
      var graphs =
          openings.add(
              OnnxRetroModel.open(models, new OnnxSessions(models, Device.CPU, false)),
              OnnxRetroModel::close);
      var generator =
          new RetroGenerator(
              graphs,
              tokenizer,
              wordPieces,
              models.config(),
              new GeneratorOptions(threads, threads, null, 0.0));
      openings.keep();
      return new AnswerModels(tokenizer, wordPieces, generator);
    }
  }

  AnswerGenerator generator() {
    return generator;
  }

  DecoderTokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public void close() {
    generator.close();
    wordPieces.close();
    tokenizer.close();
  }
}
