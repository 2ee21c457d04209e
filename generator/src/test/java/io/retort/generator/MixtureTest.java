package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.retort.generator.Step.CopiedFrom;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class MixtureTest {
  private static final int A = 3;
  private static final int B = 4;
  private static final BitSet NOTHING = new BitSet();
  private static final CopyRule COPY = new CopyRule(true, 4);
  private final WordTokenizer tokenizer = new WordTokenizer();

  /** Words "a b a" in the memory: ids 3, 4, 3. */
  private AttendedNeighbours remembered() {
    assertThat(tokenizer.encode("a b a").ids()).containsExactly(A, B, 5);
    var text = NeighbourText.of(Samples.neighbours("a b").getFirst(), tokenizer, 40);
    var again = NeighbourText.of(Samples.neighbours("a").getFirst(), tokenizer, 40);
    var model = new ScriptedModel(1, List.of(), 1);
    return AttendedNeighbours.of(List.of(read(text, model), read(again, model)), model);
  }

  private static ReadNeighbour read(NeighbourText text, ScriptedModel model) {
    var input =
        ReaderInput.of(
            new WordTokenizer().wordPieces(), new int[0], "", text.codePoints(), text.tokens());
    return new ReadNeighbour(text, model.read(input, Samples.limits()));
  }

  /** Five words: probabilities .1 .1 .1 .3 .4 without copying; the copy head says .2 .2 .6. */
  private static DecoderRows row(double gate) {
    float[] logits = logs(.1, .1, .1, .3, .4);
    return new DecoderRows(1, 5, 3, logits, logs(.2, .2, .6), new float[] {(float) gate});
  }

  private static float[] logs(double... probabilities) {
    float[] logs = new float[probabilities.length];
    for (int i = 0; i < logs.length; i++) {
      logs[i] = (float) Math.log(probabilities[i]);
    }
    return logs;
  }

  @Test
  void bothDistributionsAddUp() {
    Mixture mixture = Mixture.of(row(.5), 0, remembered(), COPY, null);

    assertThat(mixture.probability(0)).isCloseTo(.05, within(1e-6));
    assertThat(mixture.probability(A)).isCloseTo(.5 * .3 + .5 * .8, within(1e-6));
    assertThat(mixture.probability(B)).isCloseTo(.5 * .4 + .5 * .2, within(1e-6));
    assertThat(Arrays.stream(mixture.probabilities()).sum()).isCloseTo(1, within(1e-6));
    assertThat(mixture.likeliest(NOTHING)).isEqualTo(A);
  }

  @Test
  void withoutTheCopyHeadTheLanguageModelSpeaks() {
    Mixture mixture = Mixture.of(row(.5), 0, remembered(), new CopyRule(false, 4), null);

    assertThat(mixture.probability(A)).isCloseTo(.3, within(1e-6));
    assertThat(mixture.likeliest(NOTHING)).isEqualTo(B);
    assertThat(mixture.step(A).copyShare()).isZero();
  }

  @Test
  void aStepKnowsItsPlacesTheLargestFirst() {
    Step step = Mixture.of(row(.5), 0, remembered(), COPY, null).step(A);

    assertThat(step.logProbability()).isCloseTo(Math.log(.55), within(1e-6));
    assertThat(step.copyShare()).isCloseTo(.4 / .55, within(1e-6));
    assertThat(step.copiedFrom()).extracting(CopiedFrom::token).containsExactly(0, 0);
    assertThat(step.copiedFrom().getFirst().share()).isCloseTo(.3 / .55, within(1e-6));
  }

  @Test
  void copyingGoesOnWhereItWas() {
    AttendedNeighbours memory = remembered();
    Step first = Mixture.of(row(.9), 0, memory, COPY, null).step(A);
    // A's places are the starts of both neighbours; only in the first does something come after it.
    double gain = Math.exp(4 * share(first, memory.text(0)));
    Mixture next = Mixture.of(row(.9), 0, memory, COPY, first);

    double copied = .2 * gain / (.8 + .2 * gain);
    assertThat(next.probability(B)).isCloseTo(.1 * .4 + .9 * copied, within(1e-6));
    assertThat(Arrays.stream(next.probabilities()).sum()).isCloseTo(1, within(1e-6));
  }

  private static double share(Step step, NeighbourText text) {
    return step.copiedFrom().stream()
        .filter(from -> from.text() == text)
        .mapToDouble(CopiedFrom::share)
        .sum();
  }

  @Test
  void copyingDoesNotGoOnIntoTheNextNeighbour() {
    AttendedNeighbours memory = remembered();
    Step last = Mixture.of(row(.9), 0, memory, COPY, null).step(B);

    assertThat(Mixture.of(row(.9), 0, memory, COPY, last).probability(A))
        .isCloseTo(Mixture.of(row(.9), 0, memory, COPY, null).probability(A), within(1e-9));
  }

  @Test
  void theSmallerIdWinsATie() {
    var rows = new DecoderRows(1, 5, 3, new float[5], logs(.2, .2, .6), new float[] {0});

    assertThat(Mixture.of(rows, 0, remembered(), COPY, null).likeliest(NOTHING)).isZero();
  }

  @Test
  void aBarredTokenIsNeverTheLikeliest() {
    var barred = new BitSet();
    barred.set(A);
    barred.set(B);

    assertThat(Mixture.of(row(.5), 0, remembered(), COPY, null).likeliest(barred)).isZero();
  }

  @Test
  void numbersThatAreNoneEndTheRequest() {
    for (float poison : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] logits = {0, 0, poison, 0, 0};
      var rows = new DecoderRows(1, 5, 3, logits, logs(.2, .2, .6), new float[] {.5f});
      assertThatThrownBy(() -> Mixture.of(rows, 0, remembered(), COPY, null))
          .isInstanceOf(GenerationFailedException.class);
    }
    float[] nan = {Float.NaN, 0, 0};
    var copy = new DecoderRows(1, 5, 3, new float[5], nan, new float[] {.5f});
    assertThatThrownBy(() -> Mixture.of(copy, 0, remembered(), COPY, null))
        .isInstanceOf(GenerationFailedException.class);
    var gate = new DecoderRows(1, 5, 3, new float[5], new float[3], new float[] {Float.NaN});
    assertThatThrownBy(() -> Mixture.of(gate, 0, remembered(), COPY, null))
        .isInstanceOf(GenerationFailedException.class);
  }
}
