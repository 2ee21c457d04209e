package io.retort.web.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The text of an answer with its citation marks where they belong. A citation comes after the
 * tokens that it is about and before those of the next sentence, so a sentence is held back until
 * the next one begins.
 */
final class MarkedText {
  private final StringBuilder held = new StringBuilder();
  private final TreeMap<Integer, List<Integer>> marks = new TreeMap<>(); // by end, in code points
  private int shown; // code points that were given out

  /** Adds a token; what comes back can be shown. */
  String add(String token) {
    String ready = marks.isEmpty() ? "" : rest();
    held.append(token);
    return ready;
  }

  /**
   * @param end of the cited words, in code points of the answer
   */
  void cite(int id, int end) {
    marks.computeIfAbsent(end, _ -> new ArrayList<>()).add(id);
  }

  /** What has not been given out yet. */
  String rest() {
    var text = new StringBuilder();
    int from = 0;
    for (Map.Entry<Integer, List<Integer>> mark : marks.entrySet()) {
      int at = index(mark.getKey() - shown);
      text.append(held, from, at);
      mark.getValue().forEach(id -> text.append('[').append(id).append(']'));
      from = at;
    }
    text.append(held, from, held.length());
    shown += held.codePointCount(0, held.length());
    held.setLength(0);
    marks.clear();
    return text.toString();
  }

  private int index(int codePoints) {
    int length = held.codePointCount(0, held.length());
    return held.offsetByCodePoints(0, Math.clamp(codePoints, 0, length));
  }
}
