package io.retort.benchmarks;

import io.retort.data.IndexManifest;
import io.retort.encoder.ModelConfig;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelRole;
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
  private final DjlDecoderTokenizer decoderTokens;
  private final TextEncoder encoder;
  private final Chunker chunker;

  private RetrievalModels(
      WordPieceTokenizer wordPieces,
      DjlDecoderTokenizer decoderTokens,
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
    var wordPieces = DjlWordPieceTokenizer.open(models);
    var decoderTokens = DjlDecoderTokenizer.open(models);
    return new RetrievalModels(
        wordPieces,
        decoderTokens,
        OnnxTextEncoder.open(models, wordPieces),
        new Chunker(decoderTokens, config.chunkLength()));
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
