package io.retort.web.rooms;

import static io.retort.encoder.ModelRole.DECODER;
import static io.retort.encoder.ModelRole.DECODER_CUDA;
import static io.retort.encoder.ModelRole.DECODER_TOKENIZER;
import static io.retort.encoder.ModelRole.DECODER_WEIGHTS;
import static io.retort.encoder.ModelRole.NEIGHBOUR_MEMORY;
import static io.retort.encoder.ModelRole.NEIGHBOUR_MEMORY_CUDA;
import static io.retort.encoder.ModelRole.RETRIEVAL_ENCODER;
import static io.retort.encoder.ModelRole.RETRIEVAL_TOKENIZER;

import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.Device;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelManifest;
import io.retort.encoder.ModelRole;
import io.retort.encoder.Openings;
import io.retort.encoder.TextEncoder;
import io.retort.encoder.WordPieceTokenizer;
import io.retort.encoder.onnx.OnnxSessions;
import io.retort.encoder.onnx.OnnxTextEncoder;
import io.retort.encoder.tokenizers.DjlDecoderTokenizer;
import io.retort.encoder.tokenizers.DjlWordPieceTokenizer;
import io.retort.generator.AnswerGenerator;
import io.retort.generator.GeneratorOptions;
import io.retort.generator.RetroGenerator;
import io.retort.generator.onnx.OnnxRetroModel;
import io.retort.web.settings.RetortSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/** The models of a folder, each verified against the manifest before it is opened. */
public final class OnnxModelSource implements ModelSource {
  private static final Set<ModelRole> FOR_RETRIEVAL =
      EnumSet.of(RETRIEVAL_ENCODER, RETRIEVAL_TOKENIZER, DECODER_TOKENIZER);

  private static final Set<ModelRole> FOR_ANSWERS =
      EnumSet.of(
          RETRIEVAL_TOKENIZER,
          DECODER_TOKENIZER,
          NEIGHBOUR_MEMORY,
          NEIGHBOUR_MEMORY_CUDA,
          DECODER,
          DECODER_CUDA,
          DECODER_WEIGHTS);

  private final Path folder;
  private final Device device;
  private final boolean fallback;
  private final RetortSettings.Answers answers;

  public OnnxModelSource(RetortSettings settings) {
    this.folder = settings.modelsDir();
    this.device = Device.parse(settings.device());
    this.fallback = settings.deviceFallback();
    this.answers = settings.answers();
  }

  @Override
  public RetrievalModels openRetrieval() {
    ModelDirectory models = ModelDirectory.open(folder, FOR_RETRIEVAL);
    try (var openings = new Openings()) {
      WordPieceTokenizer wordPieces =
          openings.add(DjlWordPieceTokenizer.open(models), WordPieceTokenizer::close);
      TextEncoder encoder =
          openings.add(OnnxTextEncoder.open(models, wordPieces), TextEncoder::close);
      DecoderTokenizer tokenizer =
          openings.add(DjlDecoderTokenizer.open(models), DecoderTokenizer::close);
      int chunkLength = models.config().chunkLength();
      openings.keep();
      return new RetrievalModels(
          encoder, tokenizer, chunkLength, "bge-small-en-v1.5", wordPieces::close);
    }
  }

  @Override
  public Decoder openDecoder() {
    ModelDirectory models = ModelDirectory.open(folder, FOR_ANSWERS);
    String fingerprint = fingerprint(models.manifest());
    try (var openings = new Openings()) {
      DecoderTokenizer tokenizer =
          openings.add(DjlDecoderTokenizer.open(models), DecoderTokenizer::close);
      WordPieceTokenizer wordPieces =
          openings.add(DjlWordPieceTokenizer.open(models), WordPieceTokenizer::close);
      OnnxRetroModel graphs =
          openings.add(
              OnnxRetroModel.open(models, new OnnxSessions(models, device, fallback)),
              OnnxRetroModel::close);
      AnswerGenerator generator =
          new RetroGenerator(
              graphs,
              tokenizer,
              wordPieces,
              models.config(),
              new GeneratorOptions(
                  answers.slots(),
                  answers.slots(),
                  answers.minConfidence(),
                  answers.minRelevance()));
      openings.keep();
      return new Decoder(
          generator,
          models.config().name(),
          fingerprint,
          () -> {
            generator.close();
            tokenizer.close();
            wordPieces.close();
          });
    }
  }

  /** Over the sums of all files, in the manifest's order. */
  public static String fingerprint(ModelManifest manifest) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      manifest
          .files()
          .forEach(
              f ->
                  digest.update(
                      (f.path() + " " + f.sha256() + "\n").getBytes(StandardCharsets.UTF_8)));
      return "sha256:" + HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has SHA-256", e);
    }
  }
}
