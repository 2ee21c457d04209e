package io.retort.web.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Exact match and F1 as the official SQuAD script computes them: lower case, without ASCII
 * punctuation and articles; the best of all given answers.
 *
 * @param contains 1 if the words of an answer stand in the prediction, one after the other
 */
public record SquadScore(double exactMatch, double f1, double contains) {
  public static SquadScore of(String prediction, List<String> answers) {
    List<String> words = words(prediction);
    return new SquadScore(
        best(answers, answer -> words(answer).equals(words) ? 1 : 0),
        best(answers, answer -> f1(words, words(answer))),
        best(answers, answer -> Collections.indexOfSubList(words, words(answer)) >= 0 ? 1 : 0));
  }

  private static double best(List<String> answers, ToDoubleFunction<String> score) {
    return answers.stream().mapToDouble(score).max().orElse(0);
  }

  private static double f1(List<String> prediction, List<String> answer) {
    List<String> left = new ArrayList<>(answer);
    long common = prediction.stream().filter(left::remove).count();
    return common == 0 ? 0 : 2.0 * common / (prediction.size() + answer.size());
  }

  public static List<String> words(String text) {
    String plain =
        text.toLowerCase(Locale.ROOT)
            .replaceAll("[!-/:-@\\[-`{-~]", "")
            .replaceAll("(?U)\\b(a|an|the)\\b", " ")
            .strip();
    return plain.isEmpty() ? List.of() : Arrays.asList(plain.split("(?U)\\s+"));
  }
}
