package io.retort.encoder.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.OperatingSystemMXBean;
import io.retort.data.Embedding;
import io.retort.encoder.EncodingException;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelFolder;
import io.retort.encoder.ModelIntegrityException;
import io.retort.encoder.ModelRole;
import io.retort.encoder.ShippedModels;
import io.retort.encoder.TextEncoder;
import io.retort.encoder.TextEncoderContract;
import io.retort.encoder.WordPieceTokenizer;
import io.retort.encoder.tokenizers.DjlWordPieceTokenizer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

class OnnxTextEncoderTest extends TextEncoderContract {
  private static final JsonNode GOLDEN = ShippedModels.golden("retrieval-encoder.json");
  private static ModelDirectory models;
  private static WordPieceTokenizer tokenizer;
  private static OnnxTextEncoder encoder;

  @TempDir Path temp;

  @BeforeAll
  static void open() {
    models = ShippedModels.open();
    tokenizer = DjlWordPieceTokenizer.open(models);
    encoder = OnnxTextEncoder.open(models, tokenizer);
  }

  @AfterAll
  static void close() {
    encoder.close();
    tokenizer.close();
  }

  @Override
  protected TextEncoder encoder() {
    return encoder;
  }

  @Override
  protected TextEncoder another() {
    return OnnxTextEncoder.open(models, tokenizer);
  }

  @Override
  protected int longestWords() {
    return OnnxTextEncoder.LONGEST - 2;
  }

  static Stream<JsonNode> golden() {
    return StreamSupport.stream(GOLDEN.path("texts").spliterator(), false);
  }

  @ParameterizedTest
  @MethodSource("golden")
  void embeddingsAreThoseOfIndependentCode(JsonNode golden) {
    Embedding embedding = encoder.encode(List.of(golden.path("text").asString())).getFirst();

    for (String reference : List.of("fp32", "quantised")) {
      double least = GOLDEN.path("least_cosine").path(reference).asDouble();
      assertThat(cosine(embedding, golden.path(reference))).as(reference).isBetween(least, 1.0001);
    }
  }

  @Test
  void theGoldenQuestionHasTheInstruction() {
    String text = GOLDEN.path("texts").get(0).path("text").asString();
    String question = text.substring(OnnxTextEncoder.QUERY_INSTRUCTION.length());

    assertThat(encoder.encodeQuery(question)).isEqualTo(encoder.encode(List.of(text)).getFirst());
  }

  @Test
  void theGoldenPassageIsTitleAndText() {
    String[] parts = GOLDEN.path("texts").get(1).path("text").asString().split("\n", 2);

    assertThat(encoder.encodePassage(parts[0], parts[1]))
        .isEqualTo(encoder.encode(List.of(parts[0] + "\n" + parts[1])).getFirst());
  }

  @Test
  void theFingerprintNamesTheWeights() {
    try (OnnxTextEncoder tiny =
        OnnxTextEncoder.open(folderWith("encoder.onnx").open(), tokenizer)) {
      assertThat(tiny.fingerprint()).hasSize(64).isNotEqualTo(encoder.fingerprint());
    }
  }

  @Test
  void anotherOutputIsRefusedWithWhatTheModelHas() {
    ModelDirectory other = folderWith("encoder-other-output.onnx").open();

    assertThatThrownBy(() -> OnnxTextEncoder.open(other, tokenizer))
        .isInstanceOf(ModelIntegrityException.class)
        .hasMessageContainingAll(
            "encoder-other-output.onnx",
            "expected an output embedding FLOAT [1, 384]",
            "the model has [output_0 FLOAT [1, 384]]");
  }

  @Test
  void anInputThatNobodyFillsIsRefused() {
    ModelDirectory other = folderWith("encoder-more-inputs.onnx").open();

    assertThatThrownBy(() -> OnnxTextEncoder.open(other, tokenizer))
        .isInstanceOf(ModelIntegrityException.class)
        .hasMessageContaining("attention_mask INT64 [1, ?]");
  }

  @Test
  void whatOnnxRuntimeRefusesIsNamed() {
    ModelDirectory other = folderWith("encoder-unknown-operator.onnx").open();

    assertThatThrownBy(() -> OnnxTextEncoder.open(other, tokenizer))
        .isInstanceOf(ModelIntegrityException.class)
        .hasMessageContainingAll("encoder-unknown-operator.onnx", "ONNX Runtime refuses it");
  }

  @Test
  void aVectorThatIsNotFiniteEndsTheCallAndNotMore() {
    try (OnnxTextEncoder broken =
        OnnxTextEncoder.open(folderWith("encoder-nan.onnx").open(), tokenizer)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> broken.encodeQuery("Who?"))
            .isInstanceOf(EncodingException.class)
            .hasMessageContaining("NaN");
      }
    }
  }

  @Test
  void anotherTokenizerIsRefused() throws IOException {
    ModelFolder folder = folderWith("encoder.onnx");
    byte[] edited = new byte[shippedTokenizer().length + 1];
    System.arraycopy(shippedTokenizer(), 0, edited, 0, edited.length - 1);
    edited[edited.length - 1] = '\n';
    ModelDirectory other =
        new ModelFolder(temp.resolve("other"))
            .add("t.json", ModelRole.RETRIEVAL_TOKENIZER, edited)
            .open();
    try (WordPieceTokenizer stranger = DjlWordPieceTokenizer.open(other)) {
      ModelDirectory own = folder.open();
      assertThatThrownBy(() -> OnnxTextEncoder.open(own, stranger))
          .isInstanceOf(ModelIntegrityException.class)
          .hasMessageContaining(stranger.sha256());
    }
  }

  @Test
  @Tag("FX-3")
  void aModelSwappedAfterTheCheckIsNotUsed() throws IOException {
    ModelFolder folder = folderWith("encoder.onnx");
    ModelDirectory verified = folder.open();
    Path model = folder.path("encoder.onnx");
    byte[] content = Files.readAllBytes(model);
    Files.delete(model);
    Files.write(model, content);

    assertThatThrownBy(() -> OnnxTextEncoder.open(verified, tokenizer))
        .isInstanceOf(ModelIntegrityException.class)
        .hasMessageContainingAll("encoder.onnx", "was changed");
  }

  @Test
  @Tag("SK-1")
  void openingClosingAndFailingToOpenKeepNoMemory() {
    ModelDirectory wrong = folderWith("encoder-other-output.onnx").open();
    openCloseAndFail(wrong, 5); // what is allocated once
    long before = committedBytes();

    openCloseAndFail(wrong, 20);

    // Each open holds the 34 MB of weights and more: 20 that were kept would be over 600 MB.
    assertThat(committedBytes() - before).isLessThan(200L << 20);
  }

  private static void openCloseAndFail(ModelDirectory wrong, int times) {
    for (int i = 0; i < times; i++) {
      try (WordPieceTokenizer own = DjlWordPieceTokenizer.open(models);
          TextEncoder opened = OnnxTextEncoder.open(models, own)) {
        assertThat(opened.encodeQuery("Who?").dimension()).isEqualTo(384);
        assertThatThrownBy(() -> OnnxTextEncoder.open(wrong, own))
            .isInstanceOf(ModelIntegrityException.class);
      }
    }
  }

  private static long committedBytes() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getCommittedVirtualMemorySize();
  }

  private ModelFolder folderWith(String model) {
    return new ModelFolder(temp)
        .addResource(model, ModelRole.RETRIEVAL_ENCODER)
        .add("tokenizer.json", ModelRole.RETRIEVAL_TOKENIZER, shippedTokenizer());
  }

  private static byte[] shippedTokenizer() {
    return models.file(ModelRole.RETRIEVAL_TOKENIZER).bytes();
  }

  private static double cosine(Embedding embedding, JsonNode reference) {
    float[] values = embedding.toArray();
    double sum = 0;
    for (int h = 0; h < values.length; h++) {
      sum += values[h] * reference.get(h).asDouble();
    }
    return sum;
  }
}
