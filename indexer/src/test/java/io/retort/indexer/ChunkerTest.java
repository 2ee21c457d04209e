package io.retort.indexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.retort.data.TextSpan;
import io.retort.encoder.Tokens;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IN-5")
class ChunkerTest {
  private static final int M = 64;

  private final WordTokenizer tokenizer = new WordTokenizer();
  private final Chunker chunker = new Chunker(tokenizer, M);

  /** One short word is one token. */
  private static String words(int count) {
    return "Aa" + " bb".repeat(count - 1);
  }

  private List<String> texts(String text, HeadingSpan... headings) {
    return chunker.chunk(text, List.of(headings), List.of()).stream()
        .map(chunk -> chunk.span().of(text))
        .toList();
  }

  @Provide
  Arbitrary<String> oddTexts() {
    var pieces =
        Arbitraries.of(
            "a",
            "bc",
            "Zürich",
            " ",
            "  ",
            "\n",
            "\n\n",
            "\t",
            ". ",
            "! ",
            "? “",
            ".” ",
            "。",
            "！",
            "漢字",
            "かな",
            "é",
            "e\u0301",
            "n\u0303\u0323",
            "🌴",
            "👩‍👩‍👧‍👦",
            "🏳️‍🌈",
            "👍🏽",
            "שלום",
            " عالم",
            "\u200F",
            "\u00A0",
            "\u3000",
            "x\u200By",
            "1969",
            "U.S. ",
            "Dr. ",
            "it's",
            "---",
            "https://example.org/a?b=c",
            "\uD83C\uDDE8\uD83C\uDDED",
            "\u0F40\u0F71");
    return pieces.list().ofMaxSize(150).map(list -> String.join("", list));
  }

  @Property(tries = 10_000)
  void chunksJoinedGiveTheTextAndNoneIsTooLong(@ForAll("oddTexts") String text) {
    List<ChunkDraft> chunks = chunker.chunk(text, List.of(), List.of());

    int at = 0;
    for (int i = 0; i < chunks.size(); i++) {
      ChunkDraft chunk = chunks.get(i);
      assertThat(chunk.ordinal()).isEqualTo(i);
      assertThat(chunk.span().start()).isEqualTo(at);
      assertThat(chunk.span().length()).isPositive();
      assertThat(tokenizer.encode(chunk.span().of(text)).length()).isBetween(1, M);
      at = chunk.span().end();
    }
    assertThat(at).isEqualTo(text.codePointCount(0, text.length()));
    assertThat(chunks.stream().map(c -> c.span().of(text)).collect(Collectors.joining()))
        .isEqualTo(text);
  }

  @Property(tries = 500)
  void textsWithoutLineEndsAreCutByTheRuleOfTraining(@ForAll Random random) {
    var text = new StringBuilder("A");
    for (int i = 0; i < 300; i++) {
      text.append(
          switch (random.nextInt(12)) {
            case 0 -> ". ";
            case 1 -> ". Then ";
            case 2 -> "! ";
            case 3 -> " Mr. ";
            case 4 -> "  ";
            case 5 -> " electrochemistry";
            default -> " aa";
          });
    }
    String whole = text.append('.').toString();

    assertThat(chunker.chunk(whole, List.of(), List.of()).stream().map(c -> c.span().start()))
        .isEqualTo(startsByTraining(whole));
  }

  /** The rule as training/retro/data.py has it, line by line: slow, plain and without headings. */
  private List<Integer> startsByTraining(String text) {
    Tokens tokens = tokenizer.encode(text);
    int[] points = text.codePoints().toArray();
    var starts = new ArrayList<>(List.of(0));
    while (tokens.length() - starts.getLast() > M) {
      int first = starts.getLast();
      int word = 0;
      int sentence = 0;
      for (int i = first + M; i > first; i--) {
        int begin = tokens.start(i);
        boolean spaceBefore =
            new String(points, tokens.start(i - 1), tokens.end(i - 1) - tokens.start(i - 1))
                .isBlank();
        if (points[begin] != ' ' || spaceBefore) {
          continue;
        }
        word = word == 0 ? i : word;
        if (i - first < M / 4) {
          break;
        }
        if (SentenceEnds.at(points, begin)) {
          sentence = i;
          break;
        }
      }
      starts.add(sentence != 0 ? sentence : word != 0 ? word : first + M);
    }
    return starts.stream().map(token -> token == 0 ? 0 : tokens.start(token)).toList();
  }

  @Test
  void aTextThatFitsIsOneChunk() {
    assertThat(texts(words(M))).hasSize(1);
    assertThat(texts("")).isEmpty();
  }

  @Test
  void sentencesStayWholeAndTakeTheSpaceBeforeThem() {
    String text = words(39) + ". " + words(29) + ".";

    assertThat(texts(text)).containsExactly(words(39) + ".", " " + words(29) + ".");
  }

  @Test
  void anOverlongSentenceIsCutBetweenWords() {
    assertThat(texts(words(100))).containsExactly(words(64), " bb".repeat(36));
  }

  @Test
  void aWordBeyondAllBoundsIsCutBetweenCharacters() {
    assertThat(texts("é".repeat(300))).hasSize(3).allMatch(chunk -> chunk.matches("é+"));
  }

  @Test
  void marksStayWithTheLettersTheyStandOn() {
    assertThat(texts("e\u0301".repeat(300))).allMatch(chunk -> !chunk.startsWith("\u0301"));
  }

  @Test
  void scriptsWithoutSpacesBreakAfterTheirFullStops() {
    String sentence = "これは短い文章です。";

    assertThat(texts(sentence.repeat(30))).allMatch(chunk -> chunk.endsWith("。"));
  }

  @Test
  void aHeadingStartsAChunkOnceTheOneBeforeIsNotTiny() {
    String before = words(16) + ".";
    String heading = "\n\nOld age";
    String text = before + heading + "\n\n" + words(20) + ".";
    int start = before.length() + 2;
    var span = new HeadingSpan(1, new TextSpan(start, start + "Old age".length()));

    assertThat(texts(text, span)).containsExactly(before, heading + "\n\n" + words(20) + ".");
  }

  @Test
  void aTinySectionIsJoinedWithTheNext() {
    String text = "Aa bb.\n\nCc\n\n" + words(20) + ".";

    assertThat(texts(text, new HeadingSpan(1, new TextSpan(8, 10)))).hasSize(1);
  }

  @Test
  void noHeadingIsLeftAtTheEndOfAChunk() {
    String before = words(8) + ".";
    String text = before + "\n\nCc\n\n" + words(60) + ".";
    int start = before.length() + 2;

    List<String> chunks = texts(text, new HeadingSpan(1, new TextSpan(start, start + 2)));

    assertThat(chunks).hasSize(2);
    assertThat(chunks.getFirst()).contains("Cc\n\nAa bb");
  }

  @Test
  void aBlankLineNearTheEndIsBetterThanALaterSentence() {
    String text = words(49) + ".\n\n" + words(5) + ". " + words(40) + ".";

    assertThat(texts(text).getFirst()).isEqualTo(words(49) + ".");
  }

  @Test
  void aLineEndIsBetterThanAnySpaceButNoSentenceEnd() {
    assertThat(texts(words(40) + "\n" + words(60)).getFirst()).isEqualTo(words(40));
    assertThat(texts(words(30) + ". Cc" + "\n" + words(60)).getFirst()).isEqualTo(words(30) + ".");
  }

  @Test
  void whiteSpaceAtTheEndIsNoChunkOfItsOwn() {
    String text = words(64) + ".\n";

    assertThat(texts(text)).hasSize(2).noneMatch(String::isBlank);
  }

  @Test
  void chunksKnowTheirHeadingAndPage() {
    String text = "One\n\n" + words(60) + ". Two\n\n" + words(60) + ".";
    int two = text.indexOf("Two");
    var headings =
        List.of(
            new HeadingSpan(1, new TextSpan(0, 3)), new HeadingSpan(2, new TextSpan(two, two + 3)));
    var pages =
        List.of(
            new PageSpan(1, new TextSpan(0, two)),
            new PageSpan(3, new TextSpan(two, text.length())));

    assertThat(chunker.chunk(text, headings, pages))
        .extracting(ChunkDraft::heading, ChunkDraft::page)
        .containsExactly(tuple("One", 1), tuple("Two", 3));
  }

  @Test
  void withoutHeadingAndPageThereIsNone() {
    ChunkDraft chunk = chunker.chunk("Aa.", List.of(), List.of()).getFirst();

    assertThat(chunk.heading()).isEmpty();
    assertThat(chunk.page()).isNull();
  }

  @Test
  void longTextsAreTokenisedInPiecesWithTheSameTokens() {
    String text = (words(30) + ". ").repeat(2_000) + "x".repeat(40_000);

    List<String> chunks = texts(text);

    assertThat(chunks.stream().mapToInt(chunk -> tokenizer.encode(chunk).length()).max().orElse(0))
        .isBetween(1, M);
    assertThat(String.join("", chunks).equals(text)).isTrue();
    assertThat(chunks.getFirst()).isEqualTo(words(30) + ". " + words(30) + ".");
  }

  @Test
  void theFingerprintNamesLengthTokenizerAndRule() {
    assertThat(chunker.fingerprint()).isEqualTo("m=64;tokenizer=words;rule=1");
  }

  @Test
  void tooShortChunksAreRefused() {
    assertThatThrownBy(() -> new Chunker(tokenizer, 7)).hasMessageContaining("7");
  }
}
