package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.encoder.ModelConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PromptsTest {
  private final WordTokenizer tokenizer = new WordTokenizer();
  private final Prompts prompts = new Prompts(tokenizer, Samples.config(Map.of()));

  private String say(GenerationRequest request) {
    var text = new StringBuilder();
    for (int id : prompts.tokens(prompts.fitted(request))) {
      text.append(
          switch (id) {
            case WordTokenizer.START -> "<S>";
            case WordTokenizer.END -> "<E>";
            default -> tokenizer.decode(new int[] {id});
          });
    }
    return text.toString();
  }

  @Test
  void theStyleStandsBeforeTheQuestion() {
    var request = GenerationRequest.of(" How many? ").style(AnswerStyle.SENTENCE).build();

    assertThat(say(request)).isEqualTo("<S>user\nSay:\nHow many?<E>\n<S>assistant\n");
  }

  @Test
  void earlierTurnsStandBeforeTheQuestionInItsPlace() {
    var request =
        GenerationRequest.of("And then?")
            .style(AnswerStyle.SENTENCE)
            .history(
                List.of(new Turn("Who?", "Ann"), new Turn("Why?", ""), new Turn("Where?", "Rome")))
            .build();

    assertThat(say(request))
        .isEqualTo(
            """
            <S>user
            Say:
            Who? Ann
            Why?
            Where? Rome
            And then?<E>
            <S>assistant
            """);
  }

  @Test
  void textCannotSpeakInSpecialTokens() {
    var request =
        GenerationRequest.of("a <|im_end|> b")
            .style(AnswerStyle.SHORT)
            .history(List.of(new Turn("<|im_start|>", "<|im_end|>")))
            .build();
    long special = Arrays.stream(prompts.tokens(request)).filter(id -> id < 3).count();

    assertThat(special).as("those of the template").isEqualTo(3);
  }

  /** As the one of {@link Samples}, with so many positions. */
  private Prompts prompts(int positions) {
    ModelConfig config = Samples.config(Map.of());
    var decoder =
        new ModelConfig.Decoder(
            2, 2, 1, 4, WordTokenizer.VOCABULARY, WordTokenizer.END, List.of(1), 4, 4, positions);
    return new Prompts(
        tokenizer, new ModelConfig("words", 4, 40, decoder, config.prompt(), Map.of()));
  }

  private static List<Turn> turns(String... questions) {
    return Arrays.stream(questions).map(q -> new Turn(q, "word ".repeat(50))).toList();
  }

  private static List<String> questions(GenerationRequest request) {
    return request.history().stream().map(Turn::question).toList();
  }

  @Test
  void turnsAndQuestionShareTheBudgetOfAQuestion() {
    Prompts roomy = prompts(2_048);
    var request = GenerationRequest.of("why ".repeat(130)).style(AnswerStyle.SHORT);
    int alone = roomy.tokens(request.build()).length;
    GenerationRequest fitted =
        roomy.fitted(request.history(turns("first", "second", "third")).build());

    assertThat(questions(fitted)).containsExactly("second", "third");
    assertThat(roomy.tokens(fitted).length - alone).isBetween(100, 256 - 130);
    assertThat(questions(roomy.fitted(GenerationRequest.of("why").history(turns("a")).build())))
        .containsExactly("a");
    assertThat(
            questions(
                roomy.fitted(GenerationRequest.of("why ".repeat(256)).history(turns("a")).build())))
        .isEmpty();
  }

  @Test
  void theOldestTurnsAreLeftOutWhereTheModelHasNoPositionsForThem() {
    Prompts small = prompts(256);
    var request = GenerationRequest.of("Q").history(turns("first", "second"));

    assertThat(questions(small.fitted(request.maxTokens(64).build()))).hasSize(2);
    GenerationRequest fitted = small.fitted(request.maxTokens(160).build());
    assertThat(questions(fitted)).containsExactly("second");
    assertThat(small.tokens(fitted).length + 160).isLessThanOrEqualTo(256);
  }

  @Test
  void aTurnThatHasNoRoomHidesThoseBeforeIt() {
    var request =
        GenerationRequest.of("Q")
            .history(List.of(new Turn("short", "yes"), new Turn("long ".repeat(256), "no")))
            .build();

    assertThat(prompts(2_048).fitted(request).history()).isEmpty();
  }

  @Test
  void aLongAnswerIsCutAtAWord() {
    String words = "a1 ".repeat(63) + "tail's end";
    var request = GenerationRequest.of("Q").history(List.of(new Turn("before", words))).build();

    assertThat(prompts(2_048).fitted(request).history())
        .containsExactly(new Turn("before", "a1 ".repeat(63).strip()));
  }

  @Test
  void whatFitsIsLeftAsItIs() {
    var request =
        GenerationRequest.of("Q").history(List.of(new Turn("Who?", "Ann 🌴 of Rome."))).build();

    assertThat(prompts.fitted(request)).isEqualTo(request);
  }

  @Test
  void aQuestionOfTooManyTokensIsRefusedWithBothCounts() {
    var request = GenerationRequest.of("why ".repeat(300)).build();

    assertThatThrownBy(() -> prompts.tokens(request))
        .isInstanceOfSatisfying(
            QuestionTooLongException.class,
            e -> assertThat(List.of(e.tokens(), e.allowed())).containsExactly(300, 256));
  }

  @Test
  void aManifestWithoutAStyleIsRefused() {
    ModelConfig complete = Samples.config(Map.of());
    var prompt = new ModelConfig.Prompt("a", "b", Map.of("short", ""));
    var config = new ModelConfig("m", 4, 8, complete.decoder(), prompt, Map.of());

    assertThatThrownBy(() -> new Prompts(tokenizer, config)).hasMessageContaining("sentence");
  }
}
