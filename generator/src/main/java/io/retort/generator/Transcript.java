package io.retort.generator;

import io.retort.data.TextSpan;
import io.retort.generator.Attribution.Token;
import io.retort.generator.GenerationEvent.CitationFound;
import io.retort.generator.GenerationEvent.TokenGenerated;
import io.retort.generator.Step.CopiedFrom;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The answer as it grows, and the rule of what a reader may see of it. Tokens are held back until
 * their sentence, or what there is of it at the end of a chunk, is complete and certain enough;
 * what has been let out stays. A sentence of which a part is out goes on without another decision.
 * White space before the first word and after the last is no part of the answer. One request's.
 */
final class Transcript {
  enum Verdict {
    GO_ON,
    /** A stop text was met; the answer ends before it. */
    STOP_TEXT,
    /** What was to be let out is not certain enough and stays unseen, with all after it. */
    UNCERTAIN
  }

  /** A token with the text that it finished, which begins at {@code start}, in UTF-16. */
  private record Entry(Step step, int start, String text) {
    int end() {
      return start + text.length();
    }
  }

  private final ChunkGrid grid;
  private final Judge judge;
  private final CitationDesk desk;
  private final List<String> stops;
  private final Consumer<GenerationEvent> events;
  private final Stopwatch stopwatch;

  private final Utf8Assembler assembler = new Utf8Assembler();
  private final StringBuilder text = new StringBuilder();
  private final List<Entry> entries = new ArrayList<>();
  private final List<TokenTrace> out = new ArrayList<>();
  private final List<TextSpan> unsupported = new ArrayList<>();
  private int sentence; // index of the first entry of the sentence that is being written
  private int sentenceStart; // where it starts in the text
  private boolean partOut; // some of that sentence has been let out

  Transcript(
      ChunkGrid grid,
      Judge judge,
      CitationDesk desk,
      List<String> stops,
      Consumer<GenerationEvent> events,
      Stopwatch stopwatch) {
    this.grid = grid;
    this.judge = judge;
    this.desk = desk;
    this.stops = stops;
    this.events = events;
    this.stopwatch = stopwatch;
  }

  /** Appends a generated token, and lets out what is complete by it. */
  Verdict add(Step step, byte[] bytes) {
    String piece = assembler.accept(bytes);
    if (text.isEmpty()) {
      piece = piece.stripLeading();
    }
    entries.add(new Entry(step, text.length(), piece));
    text.append(piece);
    if (cutAtStop(piece.length())) {
      return Verdict.STOP_TEXT;
    }
    for (int end = Sentences.end(text, sentenceStart);
        end >= 0;
        end = Sentences.end(text, sentenceStart)) {
      int next = firstEntryFrom(end);
      if (!letOut(next, null)) {
        return uncertain();
      }
      endSentence(next, end);
    }
    if (partOut || grid.needsEntry(entries.size())) {
      if (!letOut(visible(), null)) {
        return uncertain();
      }
      partOut = out.size() > sentence;
    }
    return Verdict.GO_ON;
  }

  /**
   * Lets out what was held back, if it is certain enough, and ends the last sentence.
   *
   * @param end log-probability of the end token, null if the answer ends otherwise
   */
  Verdict finish(@Nullable Double end) {
    truncate(Math.max(out.size(), visible()));
    if (!letOut(entries.size(), end)) {
      return uncertain();
    }
    endLastSentence();
    return Verdict.GO_ON;
  }

  /** Ends the answer with what has been let out. */
  void finishNow() {
    truncate(out.size());
    endLastSentence();
  }

  private Verdict uncertain() {
    truncate(out.size());
    return Verdict.UNCERTAIN;
  }

  private void endLastSentence() {
    if (sentence < entries.size()) {
      endSentence(entries.size(), text.length());
    }
  }

  private void truncate(int length) {
    text.setLength(length == 0 ? 0 : entries.get(length - 1).end());
    entries.subList(length, entries.size()).clear();
  }

  /** Ends the text before the first stop text in it; what has been let out stays. */
  private boolean cutAtStop(int added) {
    int first = -1;
    for (String stop : stops) {
      int at = text.indexOf(stop, Math.max(0, text.length() - added - stop.length() + 1));
      first = at >= 0 && (first < 0 || at < first) ? at : first;
    }
    if (first < 0) {
      return false;
    }
    int shown = out.isEmpty() ? 0 : entries.get(out.size() - 1).end();
    int cut = Math.max(first, shown);
    while (!entries.isEmpty() && entries.getLast().start() >= cut && entries.size() > out.size()) {
      entries.removeLast();
    }
    if (!entries.isEmpty() && entries.getLast().end() > cut) {
      Entry last = entries.removeLast();
      String kept = last.text().substring(0, cut - last.start());
      entries.add(new Entry(last.step(), last.start(), kept));
    }
    text.setLength(cut);
    return true;
  }

  /** Shows all entries before {@code to}, unless they begin a sentence that is not accepted. */
  private boolean letOut(int to, @Nullable Double end) {
    int from = out.size();
    if (from >= to) {
      return true;
    }
    if (!partOut) {
      List<Step> tokens = entries.subList(from, to).stream().map(Entry::step).toList();
      if (!judge.accepts(tokens, from == 0, end)) {
        return false;
      }
    }
    stopwatch.tokenOut();
    int start = text.codePointCount(0, entries.get(from).start());
    for (Entry entry : entries.subList(from, to)) {
      int length = entry.text().codePointCount(0, entry.text().length());
      TokenTrace token = trace(entry, new TextSpan(start, start + length));
      start += length;
      out.add(token);
      events.accept(new TokenGenerated(token));
    }
    return true;
  }

  private TokenTrace trace(Entry entry, TextSpan span) {
    Step step = entry.step();
    TokenTrace.Source source = null;
    if (!step.copiedFrom().isEmpty()
        && step.copiedFrom().getFirst().share() >= TokenTrace.VISIBLE_SHARE) {
      CopiedFrom from = step.copiedFrom().getFirst();
      NeighbourText neighbour = from.text();
      source =
          new TokenTrace.Source(
              neighbour.chunk().id(),
              neighbour.chunk().version(),
              neighbour.inDocument(neighbour.visible(from.token(), from.token())));
    }
    return new TokenTrace(
        out.size(), step.id(), entry.text(), span, step.logProbability(), step.copyShare(), source);
  }

  /** Cites the sentence whose entries end before {@code next}, or lists it as unsupported. */
  private void endSentence(int next, int end) {
    int[] answer = text.codePoints().toArray();
    List<Token> tokens = new ArrayList<>();
    for (Entry entry : entries.subList(sentence, next)) {
      int start = text.codePointCount(0, entry.start());
      int length = entry.text().codePointCount(0, entry.text().length());
      tokens.add(new Token(entry.step(), start, start + length));
    }
    List<Citation> found = desk.check(Attribution.passages(answer, tokens));
    found.forEach(citation -> events.accept(new CitationFound(citation)));
    if (found.isEmpty()) {
      int start = sentenceStart;
      while (start < end && Words.isSpace(text.charAt(start))) {
        start++;
      }
      unsupported.add(new TextSpan(text.codePointCount(0, start), text.codePointCount(0, end)));
    }
    sentence = next;
    sentenceStart = end;
    partOut = false;
  }

  private int firstEntryFrom(int start) {
    int entry = sentence;
    while (entry < entries.size() && entries.get(entry).start() < start) {
      entry++;
    }
    return entry;
  }

  /** The number of entries up to the last that shows anything. */
  private int visible() {
    int length = entries.size();
    while (length > 0 && entries.get(length - 1).text().isBlank()) {
      length--;
    }
    return length;
  }

  /** The text of the tokens from {@code first} on, whether a reader may see them or not. */
  String textFrom(int first) {
    return text.substring(entries.get(first).start());
  }

  /** Whether the text has anything to show, let out or not. */
  boolean isBlank() {
    return visible() == 0;
  }

  /** Whether anything has been let out. */
  boolean anythingOut() {
    return !out.isEmpty();
  }

  /** The answer; after it was finished, what has been let out. */
  String text() {
    return text.toString();
  }

  List<TokenTrace> tokens() {
    return out;
  }

  List<TextSpan> unsupported() {
    return unsupported;
  }
}
