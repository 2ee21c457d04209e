package io.retort.generator.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtSession;
import io.retort.data.CancelSignal;
import io.retort.data.Deadline;
import io.retort.data.RequestLimits;
import io.retort.encoder.Device;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelIntegrityException;
import io.retort.encoder.ModelRole;
import io.retort.encoder.onnx.OnnxSessions;
import io.retort.generator.DecoderRows;
import io.retort.generator.ReaderInputs;
import io.retort.generator.RetroModel.Decoding;
import io.retort.generator.RetroModel.Memory;
import io.retort.generator.RetroModel.Slab;
import io.retort.generator.RunInterruptedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What must hold of the graphs themselves, on the tiny model. */
@Timeout(120)
class OnnxRetroModelIT {
  private static final JsonNode RECORD = TinyModel.parityRecords().get(2);
  private final TinyModel tiny = TinyModel.open();
  private final RequestLimits limits =
      new RequestLimits(Deadline.in(Duration.ofMinutes(1)), new CancelSignal());
  private final int[] prompt = TinyModel.ints(RECORD.path("prompt_tokens"));
  private final int[] answer = TinyModel.ints(RECORD.path("tokens"));
  private List<Slab> slabs = List.of();

  @BeforeEach
  void readNeighbours() {
    slabs = slabs(RECORD);
  }

  @AfterEach
  void close() {
    tiny.close();
    assertThat(tiny.graphs.openHandles()).isZero();
  }

  private List<Slab> slabs(JsonNode record) {
    return ReaderInputs.of(
            tiny.tokenizer,
            tiny.wordPieces,
            tiny.models.config(),
            record,
            TinyModel.neighbours(record))
        .stream()
        .map(input -> tiny.graphs.read(input, limits))
        .toList();
  }

  private Memory memory(List<Slab> slabs) {
    return tiny.graphs.memory(slabs, ReaderInputs.salience(slabs));
  }

  private static float[] logits(DecoderRows rows, int row) {
    float[] logits = new float[rows.vocabulary()];
    for (int w = 0; w < logits.length; w++) {
      logits[w] = rows.logit(row, w);
    }
    return logits;
  }

  /** The row after each token of {@code tokens}, each in a run of its own. */
  private List<float[]> oneByOne(Decoding decoding, Memory memory, int[] tokens) {
    List<float[]> rows = new ArrayList<>();
    for (int token : tokens) {
      rows.add(logits(decoding.append(new int[] {token}, memory), 0));
    }
    return rows;
  }

  private static void assertClose(float[] actual, float[] expected, float tolerance) {
    assertThat(actual).usingComparatorWithPrecision(tolerance).containsExactly(expected);
  }

  @Test
  void logitsGatesAndSalienceAreThoseOfPyTorch() {
    for (JsonNode record : TinyModel.parityRecords()) {
      List<Slab> read = slabs(record);
      float[] salience = ReaderInputs.salience(read);
      JsonNode starts = record.path("salience_start");
      for (int m = 0; m < starts.size(); m++) {
        assertThat(salience[2 * m]).isCloseTo((float) starts.get(m).asDouble(), within(1e-3f));
      }
      int[] asked = TinyModel.ints(record.path("prompt_tokens"));
      try (Memory memory = tiny.graphs.memory(read, salience);
          Decoding decoding = tiny.graphs.decode(asked.length, limits)) {
        decoding.append(Arrays.copyOf(asked, asked.length - 1));
        DecoderRows row = decoding.append(new int[] {asked[asked.length - 1]}, memory);
        JsonNode probed = record.path("first_logits");
        for (int i = 0; i < probed.size(); i++) {
          int token = (int) ((long) i * (row.vocabulary() - 1) / (probed.size() - 1));
          assertThat(row.logit(0, token))
              .isCloseTo((float) probed.get(i).asDouble(), within(1e-3f));
        }
        assertThat(row.gate(0))
            .isCloseTo((float) record.path("first_gate").asDouble(), within(1e-3f));
      }
    }
  }

  @Test
  void noNeighboursAndMaskedNeighboursAreTheSameBitForBit() throws Exception {
    int[] tokens = Arrays.copyOf(prompt, prompt.length);
    long[] rows = new long[tokens.length];
    Arrays.setAll(rows, i -> i);
    var handles = new Handles();
    var shape = tiny.models.config().decoder();
    var graph = new DecoderGraph(shape, handles);
    try (Memory memory = memory(slabs);
        Decoding decoding = tiny.graphs.decode(tokens.length, limits);
        var cache = KeyValueCache.of(tokens.length, shape, handles);
        var options = new OrtSession.RunOptions();
        var session =
            new OnnxSessions(tiny.models, Device.CPU, false)
                .openOnCpu(
                    new OnnxSessions.Graph(
                        ModelRole.DECODER, DecoderGraph.signature(tiny.models.config())))) {
      DecoderRows without = decoding.append(tokens, null);
      DecoderRows masked =
          session.run(
              s -> graph.run(s, tokens, 0, cache, (OnnxMemory) memory, false, rows, options));
      for (int row = 0; row < tokens.length; row++) {
        assertThat(logits(masked, row)).containsExactly(logits(without, row));
        assertThat(masked.gate(row)).isZero();
        assertThat(without.gate(row)).isZero();
      }
    }
    assertThat(handles.open()).isZero();
  }

  @Test
  void theOrderOfNeighboursDoesNotMatter() {
    try (Memory given = memory(slabs);
        Memory reversed = memory(slabs.reversed());
        Decoding first = tiny.graphs.decode(256, limits);
        Decoding second = tiny.graphs.decode(256, limits)) {
      first.append(Arrays.copyOf(prompt, prompt.length - 1));
      second.append(Arrays.copyOf(prompt, prompt.length - 1));
      List<float[]> one = oneByOne(first, given, answer);
      List<float[]> other = oneByOne(second, reversed, answer);
      for (int t = 0; t < answer.length; t++) {
        assertClose(other.get(t), one.get(t), 1e-5f);
      }
    }
  }

  @Test
  void neighboursDoMatter() {
    try (Memory memory = memory(slabs);
        Decoding with = tiny.graphs.decode(64, limits);
        Decoding without = tiny.graphs.decode(64, limits)) {
      float[] one = logits(with.append(prompt, memory), prompt.length - 1);
      float[] other = logits(without.append(prompt, null), prompt.length - 1);
      assertThat(one).usingComparatorWithPrecision(1e-2f).isNotEqualTo(other);
    }
  }

  @Test
  void tokenByTokenIsTheWholeAtOnce() {
    try (Memory memory = memory(slabs);
        Decoding stepping = tiny.graphs.decode(256, limits);
        Decoding whole = tiny.graphs.decode(256, limits)) {
      stepping.append(prompt);
      whole.append(prompt);
      List<float[]> steps = oneByOne(stepping, memory, answer);
      DecoderRows rows = whole.append(answer, memory);
      for (int t = 0; t < answer.length; t++) {
        assertClose(logits(rows, t), steps.get(t), 1e-4f);
      }
    }
  }

  @Test
  void whatWasTruncatedIsForgotten() {
    try (Memory memory = memory(slabs);
        Decoding plain = tiny.graphs.decode(256, limits);
        Decoding astray = tiny.graphs.decode(256, limits)) {
      plain.append(prompt);
      astray.append(prompt);
      astray.append(new int[] {500, 600, 700, 800}, memory);
      astray.truncate(prompt.length);

      assertThat(logits(astray.append(answer, memory), answer.length - 1))
          .containsExactly(logits(plain.append(answer, memory), answer.length - 1));
    }
  }

  @Test
  void aCacheFromAnEarlierSequenceLeavesNoTrace() {
    float[] fresh;
    try (Decoding decoding = tiny.graphs.decode(64, limits)) {
      fresh = logits(decoding.append(prompt, null), 0);
      decoding.append(answer, null);
    }
    try (Decoding again = tiny.graphs.decode(64, limits)) {
      assertThat(logits(again.append(prompt, null), 0)).containsExactly(fresh);
    }
  }

  @Test
  void aRunEndsWithItsRequest() {
    int[] many = new int[2000];
    Arrays.fill(many, 500);
    try (Decoding decoding = tiny.graphs.decode(2048, limits)) {
      limits.cancel().cancel();
      assertThatThrownBy(() -> decoding.append(many)).isInstanceOf(RunInterruptedException.class);
      assertThat(decoding.length()).isZero();
    }
  }

  @Test
  void moreTokensThanTheModelHasPositionsAreRefused() {
    assertThatThrownBy(() -> tiny.graphs.decode(5000, limits))
        .hasMessageContaining("5000")
        .hasMessageContaining("2048");
  }

  @Test
  void aGraphOfAnotherShapeIsRefusedAndSaysWhatItHas(@TempDir Path folder) throws IOException {
    try (Stream<Path> files = Files.list(TinyModel.FOLDER)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    Path manifest = folder.resolve("manifest.json");
    Files.writeString(
        manifest, Files.readString(manifest).replace("\"head_dim\": 16", "\"head_dim\": 8"));
    ModelDirectory models = ModelDirectory.open(folder);

    assertThatThrownBy(
            () -> OnnxRetroModel.open(models, new OnnxSessions(models, Device.CPU, false)))
        .isInstanceOf(ModelIntegrityException.class)
        .hasMessageContaining("expected")
        .hasMessageContaining("keys")
        .hasMessageContaining("16");
  }
}
