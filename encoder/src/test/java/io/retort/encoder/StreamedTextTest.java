package io.retort.encoder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.encoder.tokenizers.DjlDecoderTokenizer;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("API-11")
class StreamedTextTest {
  private static DjlDecoderTokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = DjlDecoderTokenizer.open(ShippedModels.open());
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain words", "🚀👩🏽‍🚀", "naïve 東京 مرحبا", "𝔘𐍈 mixed é", ""})
  void aCharacterIsNeverSplit(String text) {
    StreamedText stream = new StreamedText(tokenizer);
    StringBuilder joined = new StringBuilder();
    for (int id : tokenizer.encode(text).ids()) {
      String piece = stream.add(id);
      assertThat(piece)
          .isEqualTo(new String(piece.getBytes(UTF_8), UTF_8))
          .doesNotContain("\ufffd");
      joined.append(piece);
    }

    assertThat(joined.append(stream.end()).toString()).isEqualTo(text);
  }

  @Test
  void aCharacterThatNeverCompletesIsReplacedAtTheEnd() {
    int[] ids = tokenizer.encode("ab🚀").ids();
    StreamedText stream = new StreamedText(tokenizer);
    StringBuilder joined = new StringBuilder();
    int[] cut = Arrays.copyOf(ids, ids.length - 1);
    for (int id : cut) {
      joined.append(stream.add(id));
    }

    assertThat(joined.toString()).isEqualTo("ab");
    assertThat(joined.append(stream.end()).toString()).isEqualTo(tokenizer.decode(cut));
    assertThat(joined.toString()).isEqualTo("ab\ufffd");
  }

  @Test
  void aBrokenCharacterDoesNotSwallowWhatFollows() {
    int[] rocket = tokenizer.encode("🚀").ids();
    StreamedText stream = new StreamedText(tokenizer);

    String text = stream.add(rocket[0]) + stream.add(tokenizer.encode(" on").id(0)) + stream.end();

    assertThat(text).isEqualTo("\ufffd on");
  }
}
