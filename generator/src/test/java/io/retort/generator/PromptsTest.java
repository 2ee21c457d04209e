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
    for (int id : prompts.tokens(request)) {
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
  void historyGoesBeforeTheQuestionInItsRoles() {
    var request =
        GenerationRequest.of("And then?")
            .style(AnswerStyle.SHORT)
            .history(List.of(new Turn("Who?", "Ann"), new Turn("Where?", "Rome")))
            .build();

    assertThat(say(request))
        .isEqualTo(
            """
            <S>user
            Who?<E>
            <S>assistant
            Ann<E>
            <S>user
            Where?<E>
            <S>assistant
            Rome<E>
            <S>user
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

    assertThat(special).as("those of two turns of our own").isEqualTo(3 + 1 + 3);
  }

  @Test
  void theOldestTurnsAreLeftOutWhereTheyDoNotFit() {
    String longAnswer = "word ".repeat(100);
    var request =
        GenerationRequest.of("Q")
            .history(List.of(new Turn("first", longAnswer), new Turn("second", longAnswer)))
            .maxTokens(64)
            .build();

    assertThat(say(request)).contains("second").doesNotContain("first");
    assertThat(prompts.tokens(request).length + 64).isLessThanOrEqualTo(256);
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
