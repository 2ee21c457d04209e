package io.retort.encoder.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.encoder.ModelFolder;
import io.retort.encoder.ModelIntegrityException;
import io.retort.encoder.ModelRole;
import io.retort.encoder.ShippedModels;
import io.retort.encoder.Tokens;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("PI-2")
class DjlWordPieceTokenizerTest {
  private static DjlWordPieceTokenizer tokenizer;
  private static Set<Integer> specials;

  @BeforeAll
  @BeforeContainer
  static void open() {
    tokenizer = DjlWordPieceTokenizer.open(ShippedModels.open());
    specials = GoldenTokens.specials("word_piece");
    specials.remove(GoldenTokens.special("word_piece", "[UNK]"));
  }

  @AfterAll
  @AfterContainer
  static void close() {
    tokenizer.close();
  }

  static Stream<GoldenTokens> golden() {
    return GoldenTokens.all("word_piece");
  }

  @ParameterizedTest
  @MethodSource("golden")
  void tokensAndOffsetsAreThoseOfTheReference(GoldenTokens golden) {
    assertThat(tokenizer.encode(golden.text())).isEqualTo(golden.tokens());
  }

  @Test
  void offsetsCountCodePoints() {
    String text = "🚀🚀 é\u0301 moon";
    Tokens tokens = tokenizer.encode(text);

    assertThat(tokens.span(tokens.length() - 1).of(text)).isEqualTo("moon");
  }

  @Test
  void specialIdsAreKnownByName() {
    assertThat(tokenizer.clsId()).isEqualTo(101);
    assertThat(tokenizer.sepId()).isEqualTo(102);
    assertThat(tokenizer.vocabulary()).isEqualTo(30522);
  }

  @Property(tries = 300)
  void noTextLeadsToASpecialIdOrOutOfItself(@ForAll String text) {
    Tokens tokens = tokenizer.encode("[CLS]" + text + "[SEP]");

    int length = text.codePointCount(0, text.length()) + "[CLS][SEP]".length();
    Set<Integer> reached = new HashSet<>();
    for (int t = 0; t < tokens.length(); t++) {
      reached.add(tokens.id(t));
      assertThat(tokens.end(t)).isLessThanOrEqualTo(length);
    }
    reached.retainAll(specials);
    assertThat(reached).isEmpty();
    assertThat(tokens.span(0).of("[CLS]")).isEqualTo("[");
  }

  @Test
  void anotherKindOfTokenizerIsRefused(@TempDir Path temp) {
    var models =
        new ModelFolder(temp)
            .add(
                "t.json",
                ModelRole.RETRIEVAL_TOKENIZER,
                "{\"model\": {\"type\": \"Unigram\"}}".getBytes(StandardCharsets.UTF_8))
            .open();

    assertThatThrownBy(() -> DjlWordPieceTokenizer.open(models))
        .isInstanceOf(ModelIntegrityException.class)
        .hasMessageContainingAll("t.json", "WordPiece", "'Unigram'");
  }

  @Test
  void aClosedTokenizerRefusesWork() {
    DjlWordPieceTokenizer another = DjlWordPieceTokenizer.open(ShippedModels.open());
    another.close();
    another.close();

    assertThatThrownBy(() -> another.encode("text")).isInstanceOf(IllegalStateException.class);
  }
}
