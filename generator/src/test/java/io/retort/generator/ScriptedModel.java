package io.retort.generator;

import io.retort.data.RequestLimits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A model that says what a test tells it to, token by token. While a token of the script stands in
 * the memory, the copy head points at it, at the place after the last one if it can.
 */
final class ScriptedModel implements RetroModel {
  /**
   * One step.
   *
   * @param probability of the token in the language-model part
   * @param gate of the copy head
   */
  record Line(int token, double probability, double gate) {}

  private static final float SPAN_SCORE = 4;

  private final int promptLength;
  private final List<Line> script;
  private final double answerable;

  /** For each position, counted from the last of the prompt, the first token it attended to. */
  final NavigableMap<Integer, Integer> attended = new TreeMap<>();

  /** What neighbours were read as. */
  final List<ReaderInput> inputs = Collections.synchronizedList(new ArrayList<>());

  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger runs = new AtomicInteger();
  volatile Runnable beforeRun = () -> {};

  /**
   * Reads the script.
   *
   * @param promptLength tokens of every prompt
   * @param script the tokens to say; the end token follows
   * @param answerable probability at the first step that the end token does not come at once
   */
  ScriptedModel(int promptLength, List<Line> script, double answerable) {
    this.promptLength = promptLength;
    this.script = script;
    this.answerable = answerable;
  }

  private static final class FakeSlab implements Slab {
    final int[] tokens;
    private final float score;

    FakeSlab(int[] tokens, float score) {
      this.tokens = tokens;
      this.score = score;
    }

    @Override
    public int length() {
      return tokens.length;
    }

    @Override
    public float startScore(int j) {
      return j == 0 ? score : -1e4f;
    }

    @Override
    public float endScore(int j) {
      return j == tokens.length - 1 ? score : -1e4f;
    }
  }

  private final class FakeMemory implements Memory {
    final int[] tokens;

    FakeMemory(int[] tokens) {
      this.tokens = tokens;
      open.incrementAndGet();
    }

    @Override
    public int positions() {
      return tokens.length;
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  private final class FakeDecoding implements Decoding {
    private final RequestLimits limits;
    private int[] tokens = {};
    private int copiedAt = -2;

    FakeDecoding(RequestLimits limits) {
      this.limits = limits;
      open.incrementAndGet();
    }

    @Override
    public int length() {
      return tokens.length;
    }

    @Override
    public void truncate(int length) {
      tokens = Arrays.copyOf(tokens, length);
    }

    @Override
    public void append(int[] added) {
      run();
      int from = tokens.length;
      tokens = Arrays.copyOf(tokens, from + added.length);
      System.arraycopy(added, 0, tokens, from, added.length);
    }

    private void run() {
      runs.incrementAndGet();
      beforeRun.run();
      if (limits.over()) {
        throw new RunInterruptedException();
      }
    }

    @Override
    public DecoderRows append(int[] added, @Nullable Memory memory) {
      int from = tokens.length;
      append(added);
      int[] remembered = memory == null ? new int[0] : ((FakeMemory) memory).tokens;
      float[] logits = new float[added.length * WordTokenizer.VOCABULARY];
      float[] copyLog = new float[added.length * remembered.length];
      float[] gates = new float[added.length];
      for (int row = 0; row < added.length; row++) {
        int generated = from + row + 1 - promptLength;
        attended.put(generated, remembered.length == 0 ? -1 : remembered[0]);
        Line line = followsScript(generated) ? line(generated) : new Line(0, 0.9, 0);
        double scale = generated == 0 ? answerable : 1;
        double others = scale * (1 - line.probability()) / (WordTokenizer.VOCABULARY - 2);
        int first = row * WordTokenizer.VOCABULARY;
        Arrays.fill(logits, first, first + WordTokenizer.VOCABULARY, (float) Math.log(others));
        logits[first + line.token()] = (float) Math.log(scale * line.probability());
        if (generated == 0) {
          logits[first + WordTokenizer.END] = (float) Math.log(Math.max(1e-9, 1 - answerable));
        }
        copy(line, remembered, copyLog, row, gates);
      }
      return new DecoderRows(
          added.length, WordTokenizer.VOCABULARY, remembered.length, logits, copyLog, gates);
    }

    private void copy(Line line, int[] remembered, float[] copyLog, int row, float[] gates) {
      int place = copiedAt + 1;
      if (place < 0 || place >= remembered.length || remembered[place] != line.token()) {
        place = 0;
        while (place < remembered.length && remembered[place] != line.token()) {
          place++;
        }
      }
      int from = row * remembered.length;
      Arrays.fill(copyLog, from, from + remembered.length, -40);
      if (place < remembered.length && line.gate() > 0) {
        gates[row] = (float) line.gate();
        copyLog[from + place] = 0;
        copiedAt = place;
      }
    }

    private boolean followsScript(int generated) {
      for (int i = 0; i < generated; i++) {
        if (i >= script.size() || tokens[promptLength + i] != script.get(i).token()) {
          return false;
        }
      }
      return true;
    }

    private Line line(int generated) {
      return generated < script.size()
          ? script.get(generated)
          : new Line(WordTokenizer.END, 0.99, 0);
    }

    @Override
    public void close() {
      open.decrementAndGet();
    }
  }

  @Override
  public Slab read(ReaderInput input, RequestLimits limits) {
    inputs.add(input);
    if (limits.over()) {
      throw new RunInterruptedException();
    }
    return new FakeSlab(input.tokens(), SPAN_SCORE);
  }

  @Override
  public Memory memory(List<Slab> slabs, float[] salience) {
    return new FakeMemory(
        slabs.stream().flatMapToInt(slab -> Arrays.stream(((FakeSlab) slab).tokens)).toArray());
  }

  @Override
  public Decoding decode(int capacity, RequestLimits limits) {
    return new FakeDecoding(limits);
  }

  @Override
  public long nativeBytes() {
    return 0;
  }

  @Override
  public String device() {
    return "cpu";
  }

  @Override
  public void close() {}
}
