package io.retort.benchmarks;

import io.retort.data.IndexManifest;
import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.ModelConfig;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelRole;
import io.retort.encoder.Openings;
import io.retort.encoder.TextEncoder;
import io.retort.encoder.WordPieceTokenizer;
import io.retort.encoder.onnx.OnnxTextEncoder;
import io.retort.encoder.tokenizers.DjlDecoderTokenizer;
import io.retort.encoder.tokenizers.DjlWordPieceTokenizer;
import io.retort.indexer.Chunker;
import java.nio.file.Path;
import java.util.EnumSet;

/** What retrieval needs of a model folder: the encoder, and the chunker's tokenizer. */
final class RetrievalModels implements AutoCloseable {
  private final WordPieceTokenizer wordPieces;
  private final DecoderTokenizer decoderTokens;
  private final TextEncoder encoder;
  private final Chunker chunker;

  private RetrievalModels(
      WordPieceTokenizer wordPieces,
      DecoderTokenizer decoderTokens,
      TextEncoder encoder,
      Chunker chunker) {
    this.wordPieces = wordPieces;
    this.decoderTokens = decoderTokens;
    this.encoder = encoder;
    this.chunker = chunker;
  }

  static RetrievalModels open(Path folder) {
    var models =
        ModelDirectory.open(
            folder,
            EnumSet.of(
                ModelRole.RETRIEVAL_ENCODER,
                ModelRole.RETRIEVAL_TOKENIZER,
                ModelRole.DECODER_TOKENIZER));
    ModelConfig config = models.config();
    try (var openings = new Openings()) {
      WordPieceTokenizer wordPieces =
          openings.add(DjlWordPieceTokenizer.open(models), WordPieceTokenizer::close);
      DecoderTokenizer decoderTokens =
          openings.add(DjlDecoderTokenizer.open(models), DecoderTokenizer::close);
      TextEncoder encoder =
          openings.add(OnnxTextEncoder.open(models, wordPieces), TextEncoder::close);
      var chunker = new Chunker(decoderTokens, config.chunkLength());
      openings.keep();
      return new RetrievalModels(wordPieces, decoderTokens, encoder, chunker);
    }
  }

  TextEncoder encoder() {
    return encoder;
  }

  Chunker chunker() {
    return chunker;
  }

  IndexManifest manifest(String storeId) {
    return new IndexManifest(
        storeId,
        encoder.fingerprint(),
        decoderTokens.sha256(),
        chunker.fingerprint(),
        encoder.dimension());
  }

  @Override
  public void close() {
    encoder.close();
    decoderTokens.close();
    wordPieces.close();
  }
}
