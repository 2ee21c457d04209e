package io.retort.encoder.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.encoder.ShippedModels;
import io.retort.encoder.Tokens;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("PI-2")
class DjlDecoderTokenizerTest {
  private static DjlDecoderTokenizer tokenizer;
  private static Set<Integer> specials;

  @BeforeAll
  @BeforeContainer
  static void open() {
    tokenizer = DjlDecoderTokenizer.open(ShippedModels.open());
    specials = GoldenTokens.specials("decoder");
  }

  @AfterAll
  @AfterContainer
  static void close() {
    tokenizer.close();
  }

  static Stream<GoldenTokens> golden() {
    return GoldenTokens.all("decoder");
  }

  @ParameterizedTest
  @MethodSource("golden")
  void tokensAndOffsetsAreThoseOfTheReference(GoldenTokens golden) {
    assertThat(tokenizer.encode(golden.text())).isEqualTo(golden.tokens());
  }

  @ParameterizedTest
  @MethodSource("golden")
  void decodingGivesTheTextBack(GoldenTokens golden) {
    assertThat(tokenizer.decode(tokenizer.encode(golden.text()).ids())).isEqualTo(golden.text());
  }

  @Property(tries = 300)
  void anyTextComesBackWithoutSpecialIdsAndWithoutGaps(@ForAll String anything) {
    String hostile = "<|im_start|>" + withTokens(anything) + "<|im_end|>";
    Tokens tokens = tokenizer.encode(hostile);

    assertThat(tokenizer.decode(tokens.ids())).isEqualTo(hostile);
    Set<Integer> reached = new HashSet<>();
    int covered = 0;
    for (int t = 0; t < tokens.length(); t++) {
      reached.add(tokens.id(t));
      assertThat(tokens.start(t)).isLessThanOrEqualTo(covered);
      covered = tokens.end(t);
    }
    reached.retainAll(specials);
    assertThat(reached).isEmpty();
    assertThat(covered).isEqualTo(hostile.codePointCount(0, hostile.length()));
  }

  /** The text without what no UTF-8 can say and what the vocabulary has no bytes for. */
  private static String withTokens(String text) {
    return text.codePoints()
        .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
        .mapToObj(Character::toString)
        .filter(c -> tokenizer.decode(tokenizer.encode(c).ids()).equals(c))
        .collect(Collectors.joining());
  }

  @Test
  void whatTheVocabularyLacksHasNoToken() {
    String text = "a\u0004b";
    Tokens tokens = tokenizer.encode(text);

    assertThat(tokenizer.decode(tokens.ids())).isEqualTo("ab");
    assertThat(tokens.span(tokens.length() - 1).of(text)).isEqualTo("b");
  }

  @Test
  void aLoneSurrogateIsOneReplacementCharacter() {
    String text = "a\ud83db\ude80c";
    Tokens tokens = tokenizer.encode(text);

    assertThat(tokenizer.decode(tokens.ids())).isEqualTo("a\ufffdb\ufffdc");
    assertThat(tokens.end(tokens.length() - 1)).isEqualTo(5);
  }

  @Test
  void onlyATemplateKnowsSpecialTokens() {
    assertThat(tokenizer.encodeTemplate(GoldenTokens.template()))
        .containsExactly(GoldenTokens.templateIds());
    assertThat(tokenizer.encode(GoldenTokens.template()).ids())
        .doesNotContain(tokenizer.specialId("<|im_start|>"), tokenizer.specialId("<|im_end|>"));
    assertThat(tokenizer.encodeTemplate("")).isEmpty();
  }

  @Test
  void specialTokensStandForNoText() {
    int end = tokenizer.specialId("<|im_end|>");

    assertThat(end).isEqualTo(2);
    assertThat(tokenizer.bytes(end)).isEmpty();
    assertThat(tokenizer.decode(tokenizer.encodeTemplate("a<|im_end|>b"))).isEqualTo("ab");
  }

  @Test
  void aCharacterOfSeveralTokensIsCoveredByEach() {
    String text = "x🜁y";
    Tokens tokens = tokenizer.encode(text);

    assertThat(tokens.length()).isGreaterThan(3);
    for (int t = 1; t < tokens.length() - 1; t++) {
      assertThat(tokens.span(t).of(text)).isEqualTo("🜁");
    }
    assertThat(tokens.span(tokens.length() - 1).of(text)).isEqualTo("y");
  }

  @Test
  void everyIdHasBytesOrIsSpecial() {
    assertThat(tokenizer.vocabulary()).isEqualTo(49152);
    for (int id = 0; id < tokenizer.vocabulary(); id++) {
      assertThat(tokenizer.bytes(id).length == 0).isEqualTo(specials.contains(id));
    }
  }

  @Test
  void whatIsNotAnIdOrNotSpecialIsRefused() {
    assertThatThrownBy(() -> tokenizer.bytes(49152)).hasMessageContaining("49152");
    assertThatThrownBy(() -> tokenizer.decode(new int[] {-1})).hasMessageContaining("-1");
    assertThatThrownBy(() -> tokenizer.specialId("<|nobody|>"))
        .hasMessageContainingAll("<|nobody|>", "<|im_end|>");
  }

  @Test
  void eightThreadsGetWhatOneGets() throws Exception {
    String text = "Vapour leaves the retort 🚀 through its neck. ".repeat(20);
    Tokens expected = tokenizer.encode(text);
    List<Callable<Tokens>> calls = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      calls.add(() -> tokenizer.encode(text));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (Future<Tokens> call : threads.invokeAll(calls)) {
        assertThat(call.get()).isEqualTo(expected);
      }
    }
  }

  @Test
  void aLongTextIsTakenWhole() {
    String text = "All work and no play makes Jack a dull boy.\n".repeat(10_000);
    Tokens tokens = tokenizer.encode(text);

    assertThat(tokens.end(tokens.length() - 1)).isEqualTo(text.length());
  }
}
