package io.retort.generator;

import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.ModelConfig;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Puts a question into the form that the model was trained on: {@code prefix style question
 * suffix}, and earlier turns before it in the same form, each with its answer. Only the template's
 * own special tokens are special; what looks like one in a question or an answer is ordinary text.
 */
final class Prompts {
  private static final int MAX_QUESTION_TOKENS = 256;

  private final DecoderTokenizer tokenizer;
  private final int[] prefix;
  private final int[] suffix;
  private final int[] turnEnd;
  private final Map<AnswerStyle, String> styles = new EnumMap<>(AnswerStyle.class);
  private final int maxPositions;

  Prompts(DecoderTokenizer tokenizer, ModelConfig config) {
    this.tokenizer = tokenizer;
    this.prefix = tokenizer.encodeTemplate(config.prompt().prefix());
    this.suffix = tokenizer.encodeTemplate(config.prompt().suffix());
    this.turnEnd = joined(new int[] {config.decoder().endToken()}, tokenizer.encodeTemplate("\n"));
    this.maxPositions = config.decoder().maxPositions();
    for (AnswerStyle style : AnswerStyle.values()) {
      String words = config.prompt().styles().get(style.toString());
      if (words == null) {
        throw new IllegalArgumentException(
            "the manifest has the styles %s, but not %s"
                .formatted(config.prompt().styles().keySet(), style));
      }
      styles.put(style, words);
    }
  }

  /** The words that ask for a style, as they stand before the question. */
  String styleWords(AnswerStyle style) {
    String words = styles.get(style);
    if (words == null) {
      throw new IllegalStateException("no words for style " + style);
    }
    return words;
  }

  int maxQuestionTokens() {
    return MAX_QUESTION_TOKENS;
  }

  int questionTokens(String question) {
    return tokenizer.encode(question.strip()).length();
  }

  /**
   * The prompt's tokens. Where prompt and answer would not fit the model together, the oldest turns
   * are left out.
   *
   * @throws QuestionTooLongException if the question alone has too many tokens
   */
  int[] tokens(GenerationRequest request) {
    int[] question = tokenizer.encode(request.question().strip()).ids();
    if (question.length > MAX_QUESTION_TOKENS) {
      throw new QuestionTooLongException(question.length, MAX_QUESTION_TOKENS);
    }
    int[] style = tokenizer.encode(styleWords(request.style())).ids();
    int[] prompt = joined(prefix, style, question, suffix);
    int room = maxPositions - request.maxTokens();
    if (prompt.length > room) {
      throw new IllegalArgumentException(
          "a prompt of %d tokens and %d to generate are more than the %d positions of the model"
              .formatted(prompt.length, request.maxTokens(), maxPositions));
    }
    List<Turn> newestFirst = request.history().reversed();
    for (Turn turn : newestFirst) {
      int[] asked = tokenizer.encode(turn.question().strip()).ids();
      int[] answered = tokenizer.encode(turn.answer().strip()).ids();
      int[] earlier = joined(prefix, asked, suffix, answered, turnEnd);
      if (earlier.length + prompt.length > room) {
        break;
      }
      prompt = joined(earlier, prompt);
    }
    return prompt;
  }

  private static int[] joined(int[]... parts) {
    int[] all = new int[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int length = 0;
    for (int[] part : parts) {
      System.arraycopy(part, 0, all, length, part.length);
      length += part.length;
    }
    return all;
  }
}
