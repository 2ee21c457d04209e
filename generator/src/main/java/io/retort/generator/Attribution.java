package io.retort.generator;

import io.retort.data.TextSpan;
import io.retort.generator.Step.CopiedFrom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads off the copy mass of a sentence's tokens which words came from where. A passage is a run of
 * tokens that stands in one neighbour token by token, with copy mass at each of them; so what it
 * quotes says the same words by construction.
 */
final class Attribution {
  /** Part of a passage's tokens' probability that must have come from its place, on average. */
  private static final double MIN_SHARE = 0.25;

  /** Part of a sentence's copy mass that a passage must carry to be worth telling. */
  private static final double MIN_PART = 0.25;

  /** A generated token with its place in the answer, in code points. */
  record Token(Step step, int start, int end) {}

  /**
   * Words of an answer and the words of a neighbour they were copied from.
   *
   * @param sourceSpan into the text of {@code neighbour}
   * @param share of all copy mass of the answer span, the largest of all neighbours
   */
  record Passage(TextSpan answerSpan, NeighbourText neighbour, TextSpan sourceSpan, double share) {
    String quote() {
      return neighbour.text(sourceSpan);
    }
  }

  /** {@code length} tokens from {@code first} stand in a neighbour from its token {@code token}. */
  private record Run(int first, int length, NeighbourText text, int token, double mass) {
    int end() {
      return first + length;
    }

    boolean overlaps(Run other) {
      return first < other.end() && other.first < end();
    }
  }

  private Attribution() {}

  /**
   * The passages of one sentence in order of their place in the answer, none overlapping another.
   *
   * @param answer code points of the answer, at least to the end of the sentence
   * @param tokens of the sentence
   */
  static List<Passage> passages(int[] answer, List<Token> tokens) {
    double sentenceMass = tokens.stream().mapToDouble(token -> token.step().copyShare()).sum();
    List<Run> runs = runs(tokens);
    runs.sort(
        Comparator.comparingDouble(Run::mass)
            .reversed()
            .thenComparingInt(Run::first)
            .thenComparing(run -> run.text().chunk().id())
            .thenComparingInt(Run::token));
    List<Run> taken = new ArrayList<>();
    List<Passage> passages = new ArrayList<>();
    for (Run run : runs) {
      if (run.mass() < MIN_PART * sentenceMass
          || run.mass() < MIN_SHARE * run.length()
          || taken.stream().anyMatch(run::overlaps)) {
        continue;
      }
      Passage passage = passage(answer, tokens, run);
      if (passage != null) {
        taken.add(run);
        passages.add(passage);
      }
    }
    passages.sort(Comparator.comparingInt(passage -> passage.answerSpan().start()));
    return passages;
  }

  /** All longest runs. */
  private static List<Run> runs(List<Token> tokens) {
    List<Run> runs = new ArrayList<>();
    for (int t = 0; t < tokens.size(); t++) {
      for (CopiedFrom from : tokens.get(t).step().copiedFrom()) {
        if (from.share() < TokenTrace.VISIBLE_SHARE
            || (t > 0 && shareOf(tokens.get(t - 1), from.text(), from.token() - 1) > 0)) {
          continue; // too faint, or inside a run that began earlier
        }
        double mass = 0;
        int length = 0;
        double share = from.share();
        while (share > 0) {
          mass += share;
          length++;
          share =
              t + length < tokens.size()
                  ? shareOf(tokens.get(t + length), from.text(), from.token() + length)
                  : 0;
        }
        runs.add(new Run(t, length, from.text(), from.token(), mass));
      }
    }
    return runs;
  }

  /** What of a token's probability came from one place, 0 if it is too faint to tell. */
  private static double shareOf(Token token, NeighbourText text, int place) {
    for (CopiedFrom from : token.step().copiedFrom()) {
      if (from.text() == text && from.token() == place) {
        return from.share() < TokenTrace.VISIBLE_SHARE ? 0 : from.share();
      }
    }
    return 0;
  }

  /**
   * The run as a passage, cut at its end until its quote is short enough; null if it says nothing.
   */
  private static @Nullable Passage passage(int[] answer, List<Token> tokens, Run run) {
    double share = share(tokens, run);
    if (share == 0) {
      return null;
    }
    for (int length = run.length(); length > 0; length--) {
      int last = run.first() + length - 1;
      TextSpan copied = visible(answer, tokens.get(run.first()).start(), tokens.get(last).end());
      TextSpan place = run.text().visible(run.token(), run.token() + length - 1);
      if (!text(answer, copied).equals(run.text().text(place))) {
        return null; // half a character of a token that stands for less than one
      }
      TextSpan words = wholeWords(answer, copied);
      if (!Words.sayAnything(text(answer, words))) {
        return null;
      }
      int shift = place.start() - copied.start();
      TextSpan source =
          run.text().widened(new TextSpan(words.start() + shift, words.end() + shift));
      if (source.length() <= Citation.MAX_QUOTE) {
        boolean same = Words.stand(text(answer, words), run.text().text(source));
        return same ? new Passage(words, run.text(), source, share) : null;
      }
    }
    return null;
  }

  /** The neighbour's share of all copy mass of the run's tokens, 0 if another has more. */
  private static double share(List<Token> tokens, Run run) {
    Map<NeighbourText, Double> masses = new LinkedHashMap<>();
    for (Token token : tokens.subList(run.first(), run.end())) {
      for (CopiedFrom from : token.step().copiedFrom()) {
        masses.merge(from.text(), from.share(), Double::sum);
      }
    }
    double own = masses.getOrDefault(run.text(), 0.0);
    double all = 0;
    for (double mass : masses.values()) {
      if (mass > own) {
        return 0;
      }
      all += mass;
    }
    return Math.min(1, own / all);
  }

  private static TextSpan visible(int[] answer, int start, int end) {
    while (start < end && Words.isSpace(answer[start])) {
      start++;
    }
    while (start < end && Words.isSpace(answer[end - 1])) {
      end--;
    }
    return new TextSpan(start, end);
  }

  /** The span without the parts of words at its ends and without the punctuation around it. */
  private static TextSpan wholeWords(int[] answer, TextSpan span) {
    int start = span.start();
    int end = span.end();
    while (start < end && Words.cuts(answer, start)) {
      start++;
    }
    while (start < end && Words.cuts(answer, end)) {
      end--;
    }
    while (start < end && !Words.isWordOrSymbol(answer[start])) {
      start++;
    }
    while (start < end && !Words.isWordOrSymbol(answer[end - 1])) {
      end--;
    }
    return new TextSpan(start, end);
  }

  private static String text(int[] answer, TextSpan span) {
    return new String(answer, span.start(), span.length());
  }
}
