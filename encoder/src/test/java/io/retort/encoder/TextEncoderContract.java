package io.retort.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.Embedding;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link TextEncoder} promises. One subclass an implementation. */
public abstract class TextEncoderContract {
  private static final List<String> TEXTS =
      List.of(
          "The retort is heated and vapour passes through its neck.",
          "Short.",
          "",
          "東京タワー 🚀",
          "Another sentence, rather longer than the second, about something else altogether.");

  /** An open encoder, which the subclass closes. */
  protected abstract TextEncoder encoder();

  /** Another encoder of the same files, which the test closes. */
  protected abstract TextEncoder another();

  /** The longest text the encoder sees whole, in words that are one word piece each. */
  protected abstract int longestWords();

  @Test
  void orderIsKept() {
    List<Embedding> together = encoder().encode(TEXTS);

    assertThat(together).hasSize(TEXTS.size());
    for (int i = 0; i < TEXTS.size(); i++) {
      assertThat(encoder().encode(List.of(TEXTS.get(i)))).containsExactly(together.get(i));
    }
  }

  @Test
  void batchMatesDoNotCount() {
    String text = TEXTS.getFirst();
    Embedding alone = encoder().encode(List.of(text)).getFirst();

    List<Embedding> crowded = encoder().encode(List.of(TEXTS.get(4), text, TEXTS.get(3), text));

    assertThat(crowded.get(1)).isEqualTo(alone);
    assertThat(crowded.get(3)).isEqualTo(alone);
  }

  @Test
  void theSameTextGivesTheSameEmbeddingInAnotherEncoder() {
    try (TextEncoder another = another()) {
      assertThat(another.fingerprint()).isEqualTo(encoder().fingerprint());
      assertThat(another.encode(TEXTS)).isEqualTo(encoder().encode(TEXTS));
    }
  }

  @Test
  void theDimensionIsThatOfTheEmbeddings() {
    assertThat(encoder().encodeQuery("Who?").dimension()).isEqualTo(encoder().dimension());
  }

  @Test
  void whatIsTooLongIsCutAtItsEnd() {
    String whole = "word ".repeat(longestWords());

    Embedding embedding = encoder().encode(List.of(whole)).getFirst();

    assertThat(encoder().encode(List.of(whole + "and whatever follows")))
        .containsExactly(embedding);
    assertThat(encoder().encode(List.of("other " + whole)).getFirst()).isNotEqualTo(embedding);
  }

  @Test
  void tokensAreCountedBeyondWhatIsSeen() {
    String whole = "word ".repeat(longestWords());

    assertThat(encoder().tokens(whole)).isEqualTo(encoder().maxTokens());
    assertThat(encoder().tokens(whole + "word")).isEqualTo(encoder().maxTokens() + 1);
    assertThat(encoder().tokens("word")).isEqualTo(encoder().tokens("") + 1);
  }

  @Test
  void titleAndInstructionCount() {
    Embedding raw = encoder().encode(List.of("the first person")).getFirst();

    assertThat(encoder().encodePassage(null, "the first person")).isEqualTo(raw);
    assertThat(encoder().encodePassage(" ", "the first person")).isEqualTo(raw);
    assertThat(encoder().encodePassage("Apollo 11", "the first person")).isNotEqualTo(raw);
    assertThat(encoder().encodeQuery("the first person")).isNotEqualTo(raw);
  }

  @Test
  void whatBelongsTogetherIsNearer() {
    Embedding question = encoder().encodeQuery("Who first walked on the Moon?");
    Embedding near =
        encoder().encodePassage("Apollo 11", "Armstrong was first to step onto the lunar surface.");
    Embedding far = encoder().encodePassage("Sourdough", "Feed the starter twice a day.");

    assertThat(question.dot(near)).isGreaterThan(question.dot(far) + 0.1);
  }

  @Test
  void eightThreadsGetWhatOneGets() throws Exception {
    List<Embedding> expected = encoder().encode(TEXTS);
    List<Callable<List<Embedding>>> calls = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      calls.add(() -> encoder().encode(TEXTS));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<List<Embedding>> call : threads.invokeAll(calls)) {
        assertThat(call.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void aClosedEncoderRefusesWork() {
    TextEncoder another = another();
    another.close();
    another.close();

    assertThatThrownBy(() -> another.encode(TEXTS)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closingUnderLoadEndsInRefusalsOnly() throws Exception {
    TextEncoder another = another();
    List<Callable<Integer>> calls = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      calls.add(() -> encodeUntilRefused(another));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(5)) {
      List<Future<Integer>> running = calls.stream().map(threads::submit).toList();
      another.encode(TEXTS);
      another.close();
      for (Future<Integer> call : running) {
        assertThat(call.get()).isNotNegative();
      }
    }
  }

  private static int encodeUntilRefused(TextEncoder encoder) {
    for (int done = 0; ; done++) {
      try {
        encoder.encode(TEXTS.subList(0, 2));
      } catch (IllegalStateException closed) {
        return done;
      }
    }
  }
}
