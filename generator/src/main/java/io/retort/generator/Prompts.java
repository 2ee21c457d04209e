package io.retort.generator;

import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.ModelConfig;
import io.retort.encoder.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Puts a question into the form that the model was trained on: {@code prefix style question
 * suffix}. Earlier turns stand in the question's place, before it: as turns of their own, which the
 * model saw no more once it learnt to read neighbours, they cost answers. Only the template's own
 * special tokens are special; what looks like one in a question or an answer is ordinary text.
 */
final class Prompts {
  private static final int MAX_QUESTION_TOKENS = 256;

  /** As much of an earlier answer tells what it was about; the question's budget is small. */
  private static final int MAX_EARLIER_ANSWER_TOKENS = 64;

  private final DecoderTokenizer tokenizer;
  private final int[] prefix;
  private final int[] suffix;
  private final Map<AnswerStyle, String> styles = new EnumMap<>(AnswerStyle.class);
  private final int maxPositions;

  Prompts(DecoderTokenizer tokenizer, ModelConfig config) {
    this.tokenizer = tokenizer;
    this.prefix = tokenizer.encodeTemplate(config.prompt().prefix());
    this.suffix = tokenizer.encodeTemplate(config.prompt().suffix());
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
   * The request with the turns that have room beside its question: all of them together are within
   * the budget of a question, and with the answer within the model's positions. The oldest are left
   * out first, long answers are cut. What is left goes into the prompt and into the first query
   * alike.
   */
  GenerationRequest fitted(GenerationRequest request) {
    int[] style = tokenizer.encode(styleWords(request.style())).ids();
    int around = prefix.length + style.length + suffix.length;
    int room = Math.min(MAX_QUESTION_TOKENS, maxPositions - request.maxTokens() - around);
    List<Turn> turns = List.of();
    for (Turn turn : request.history().reversed()) {
      List<Turn> more = new ArrayList<>();
      more.add(new Turn(turn.question().strip(), shortened(turn.answer().strip())));
      more.addAll(turns);
      if (questionTokens(asked(more, request.question())) > room) {
        break;
      }
      turns = more;
    }
    return request.withHistory(turns);
  }

  /** The whole words at the beginning of an answer that have room. */
  private String shortened(String answer) {
    Tokens tokens = tokenizer.encode(answer);
    if (tokens.length() <= MAX_EARLIER_ANSWER_TOKENS) {
      return answer;
    }
    int[] text = answer.codePoints().toArray();
    int end = tokens.end(MAX_EARLIER_ANSWER_TOKENS - 1);
    int word = end;
    while (word > 0 && Words.cuts(text, word)) {
      word--;
    }
    return new String(text, 0, word == 0 ? end : word).strip();
  }

  /** Turns and question in the place of a question, a line each. */
  private static String asked(List<Turn> turns, String question) {
    var text = new StringBuilder();
    for (Turn turn : turns) {
      text.append(turn.text()).append('\n');
    }
    return text.append(question.strip()).toString();
  }

  /**
   * The tokens of a request that was {@link #fitted}.
   *
   * @throws QuestionTooLongException if the question alone has too many tokens
   */
  int[] tokens(GenerationRequest request) {
    int[] asked = tokenizer.encode(asked(request.history(), request.question())).ids();
    if (asked.length > MAX_QUESTION_TOKENS) {
      throw new QuestionTooLongException(asked.length, MAX_QUESTION_TOKENS);
    }
    int[] style = tokenizer.encode(styleWords(request.style())).ids();
    int[] prompt = joined(prefix, style, asked, suffix);
    if (prompt.length > maxPositions - request.maxTokens()) {
      throw new IllegalArgumentException(
          "a prompt of %d tokens and %d to generate are more than the %d positions of the model"
              .formatted(prompt.length, request.maxTokens(), maxPositions));
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
