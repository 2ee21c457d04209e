package io.retort.web.docs;

import io.retort.web.docs.Page.Section;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Finds sections that hold every word asked for, or one that begins like it. There are so few that
 * they are all looked at.
 */
final class Search {
  private static final int MOST = 20;
  private static final int AROUND = 80;
  private static final Pattern WORD =
      Pattern.compile("[\\p{L}\\p{N}_](?:[\\p{L}\\p{N}_.-]*[\\p{L}\\p{N}_])?");
  private static final Pattern NONE = Pattern.compile("(?!)");

  private Search() {}

  /**
   * @param excerpt of the text, around the first word that was found in it
   */
  record Hit(Page page, Section section, String excerpt, int score) {}

  /** The best first; none for a query without words. */
  static List<Hit> of(Collection<Page> pages, String query) {
    List<Pattern> words = words(query);
    if (words.isEmpty()) {
      return List.of();
    }
    var hits = new ArrayList<Hit>();
    for (Page page : pages) {
      for (Section section : page.sections()) {
        int score = score(page, section, words);
        if (score > 0) {
          hits.add(new Hit(page, section, excerpt(section.text(), words), score));
        }
      }
    }
    hits.sort(Comparator.comparingInt(Hit::score).reversed()); // stable: then in reading order
    return List.copyOf(hits.subList(0, Math.min(MOST, hits.size())));
  }

  private static List<Pattern> words(String query) {
    return WORD.matcher(query.toLowerCase(Locale.ROOT))
        .results()
        .map(word -> beginning(word.group()))
        .distinct()
        .toList();
  }

  private static Pattern beginning(String word) {
    return Pattern.compile(
        "(?<![\\p{L}\\p{N}])" + Pattern.quote(word),
        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
  }

  /**
   * 0 if a word is missing. A heading says more than a text that goes on and on, and what lies in a
   * folder, as decisions do, is seldom what somebody looks for first.
   */
  private static int score(Page page, Section section, List<Pattern> words) {
    int score = 0;
    for (Pattern word : words) {
      int inTitle = count(word, page.title());
      int inHeading = count(word, section.heading());
      int inText = count(word, section.text());
      if (inHeading + inText == 0) {
        return 0;
      }
      score += 4 * Math.min(1, inTitle) + 8 * Math.min(1, inHeading) + Math.min(4, inText);
    }
    return page.path().contains("/") ? Math.ceilDiv(score, 3) : score;
  }

  private static int count(Pattern word, String text) {
    return (int) word.matcher(text).results().count();
  }

  private static String excerpt(String text, List<Pattern> words) {
    int at = first(text, words);
    int from = at <= AROUND ? 0 : text.lastIndexOf(' ', at - AROUND) + 1;
    int end = Math.min(text.length(), from + 3 * AROUND);
    int to = end == text.length() ? end : Math.max(at, text.lastIndexOf(' ', end));
    return (from > 0 ? "… " : "") + text.substring(from, to) + (to < text.length() ? " …" : "");
  }

  private static int first(String text, List<Pattern> words) {
    return words.stream()
        .map(word -> word.matcher(text))
        .filter(matcher -> matcher.find())
        .mapToInt(matcher -> matcher.start())
        .min()
        .orElse(0);
  }

  /** What of a text to mark for this query. */
  static Pattern marks(String query) {
    return words(query).stream()
        .map(Pattern::pattern)
        .reduce((one, other) -> one + "|" + other)
        .map(all -> Pattern.compile(all, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE))
        .orElse(NONE);
  }
}
