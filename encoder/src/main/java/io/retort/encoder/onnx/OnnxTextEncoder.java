package io.retort.encoder.onnx;

import static java.nio.charset.StandardCharsets.UTF_8;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.retort.data.Embedding;
import io.retort.encoder.Device;
import io.retort.encoder.EncodingException;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelIntegrityException;
import io.retort.encoder.ModelRole;
import io.retort.encoder.TextEncoder;
import io.retort.encoder.Tokens;
import io.retort.encoder.WordPieceTokenizer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The frozen BERT (bge-small-en-v1.5) by ONNX Runtime on the CPU, one text a call at its exact
 * length: padding costs more than batching gains, and int8 activations are scaled over all that is
 * in a call, so that batch mates would change each other's vectors. The state of {@code [CLS]}, at
 * unit length, is the embedding; the graph sees to both. Shapes: S word pieces, H hidden width.
 */
public final class OnnxTextEncoder implements TextEncoder {
  /** What bge-small-en-v1.5 was trained to see before a question. */
  static final String QUERY_INSTRUCTION =
      "Represent this sentence for searching relevant passages: ";

  static final int LONGEST = 512; // word pieces, [CLS] and [SEP] included
  private static final int DIMENSION = 384;
  private static final String IDS = "input_ids";
  private static final String EMBEDDING = "embedding";
  private static final GraphSignature SIGNATURE =
      new GraphSignature(
          List.of(GraphSignature.Tensor.of(IDS, OnnxJavaType.INT64, 1, GraphSignature.ANY)),
          List.of(GraphSignature.Tensor.of(EMBEDDING, OnnxJavaType.FLOAT, 1, DIMENSION)));

  private final OnnxModel model;
  private final WordPieceTokenizer tokenizer;
  private final String fingerprint;

  private OnnxTextEncoder(OnnxModel model, WordPieceTokenizer tokenizer, String fingerprint) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.fingerprint = fingerprint;
  }

  /**
   * Opens the folder's {@link ModelRole#RETRIEVAL_ENCODER}.
   *
   * @param tokenizer the folder's; it stays its opener's to close, after the encoder
   */
  public static OnnxTextEncoder open(ModelDirectory models, WordPieceTokenizer tokenizer) {
    String expected = models.file(ModelRole.RETRIEVAL_TOKENIZER).sha256();
    if (!tokenizer.sha256().equals(expected)) {
      throw new ModelIntegrityException(
          models.file(ModelRole.RETRIEVAL_TOKENIZER).entry().path(),
          "the tokenizer at hand is another one: " + tokenizer.sha256());
    }
    String fingerprint =
        fingerprint(models.file(ModelRole.RETRIEVAL_ENCODER).sha256(), tokenizer.sha256());
    OnnxModel model =
        new OnnxSessions(models, Device.CPU, false)
            .openOnCpu(new OnnxSessions.Graph(ModelRole.RETRIEVAL_ENCODER, SIGNATURE));
    return new OnnxTextEncoder(model, tokenizer, fingerprint);
  }

  /** Pooling and normalisation are in the graph, hence in its hash. */
  private static String fingerprint(String weights, String tokenizer) {
    String parts =
        String.join(
            "\n",
            "weights " + weights,
            "tokenizer " + tokenizer,
            "longest " + LONGEST,
            "passage title LF text",
            "query " + QUERY_INSTRUCTION);
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(parts.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public int dimension() {
    return DIMENSION;
  }

  @Override
  public int tokens(String text) {
    return tokenizer.encode(text).length() + 2;
  }

  @Override
  public int maxTokens() {
    return LONGEST;
  }

  @Override
  public Embedding encodePassage(@Nullable String title, String text) {
    return encode(title == null || title.isBlank() ? text : title + "\n" + text);
  }

  @Override
  public Embedding encodeQuery(String question) {
    return encode(QUERY_INSTRUCTION + question);
  }

  @Override
  public List<Embedding> encode(List<String> texts) {
    List<Embedding> embeddings = new ArrayList<>(texts.size());
    for (String text : texts) {
      embeddings.add(encode(text));
    }
    return List.copyOf(embeddings);
  }

  private Embedding encode(String text) {
    long[] ids = withSpecials(tokenizer.encode(text));
    try {
      return new Embedding(model.run(session -> embedding(session, ids)));
    } catch (OrtException e) {
      throw new EncodingException(
          "a text of %d word pieces could not be encoded: %s".formatted(ids.length, e.getMessage()),
          e);
    } catch (IllegalArgumentException e) {
      throw new EncodingException(
          "a text of %d word pieces gave no embedding: %s".formatted(ids.length, e.getMessage()),
          e);
    }
  }

  private long[] /* [S] */ withSpecials(Tokens pieces) {
    int kept = Math.min(pieces.length(), LONGEST - 2);
    long[] ids = new long[kept + 2];
    ids[0] = tokenizer.clsId();
    for (int s = 0; s < kept; s++) {
      ids[s + 1] = pieces.id(s);
    }
    ids[kept + 1] = tokenizer.sepId();
    return ids;
  }

  private static float[] /* [H] */ embedding(OrtSession session, long[] ids /* [S] */)
      throws OrtException {
    long[] shape = {1, ids.length};
    try (OnnxTensor input =
            OnnxTensor.createTensor(OnnxSessions.environment(), LongBuffer.wrap(ids), shape);
        OrtSession.Result result = session.run(Map.of(IDS, input))) {
      FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] copy = new float[values.remaining()];
      values.get(copy);
      return copy; // native memory ends here
    }
  }

  /** Closes the session; the tokenizer stays open. */
  @Override
  public long nativeBytes() {
    return model.weightBytes();
  }

  @Override
  public void close() {
    model.close();
  }
}
