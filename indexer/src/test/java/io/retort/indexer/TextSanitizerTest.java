package io.retort.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("IN-5")
class TextSanitizerTest {
  private static TextSanitizer sanitized(String... pieces) {
    var sanitizer = new TextSanitizer(Integer.MAX_VALUE);
    for (String piece : pieces) {
      sanitizer.append(piece);
    }
    return sanitizer;
  }

  @Test
  void everyLineEndIsOneNewline() {
    assertThat(TextSanitizer.sanitize("a\r\nb\rc\nd\u0085e\u2028f\u2029g\fh\u000Bi\r\r\nj\n\rk"))
        .isEqualTo("a\nb\nc\nd\ne\nf\ng\nh\ni\n\nj\n\nk");
  }

  @Test
  void aLineEndMayBeCutInTwo() {
    assertThat(sanitized("a\r", "\nb", "\r", "c").text()).isEqualTo("a\nb\nc");
  }

  @Test
  void controlTagAndBidiCharactersGoAndAreFlagged() {
    var sanitizer =
        sanitized("a\0b\u0007c\u007Fd\u009Be\u202Ef\u2066g\uDB40\uDC41h\uDB40\uDC7Fi\tj");

    assertThat(sanitizer.text()).isEqualTo("abcdefghi\tj");
    assertThat(sanitizer.warnings()).containsExactly(ParsedDocument.INVISIBLE_CHARACTERS_REMOVED);
  }

  @Test
  void marksThatShapeTextStay() {
    String text = "می\u200Cخواهم \u200Eabc\u200F 👩\u200D👧 e\u0301 \u00A0x\u00ADy \uFEFFz";

    assertThat(sanitized(text).text()).isEqualTo(text);
    assertThat(sanitized(text).warnings()).isEmpty();
  }

  @Test
  void aLongRunWithoutWidthIsHiddenText() {
    assertThat(sanitized("a" + "\u200B\u200C".repeat(4) + "b").warnings())
        .containsExactly(ParsedDocument.HIDDEN_TEXT);
    assertThat(sanitized("a" + "\u200B".repeat(7) + "b" + "\u200B".repeat(7)).warnings()).isEmpty();
  }

  @Test
  void loneSurrogatesBecomeTheReplacementCharacter() {
    var sanitizer = sanitized("a\uD83C", "b\uDF34", "\uD83C", "\uDF34", "\uD83C");

    assertThat(sanitizer.text()).isEqualTo("a\uFFFDb\uFFFD🌴\uFFFD");
    assertThat(sanitizer.warnings()).containsExactly(ParsedDocument.INVALID_BYTES_REPLACED);
  }

  @Test
  void theLimitCountsCodePointsThatAreKept() {
    var sanitizer = new TextSanitizer(3);
    sanitizer.append("\0🌴\r\n🌴");
    assertThat(sanitizer.full()).isFalse();
    sanitizer.append("x");

    assertThat(sanitizer.full()).isTrue();
    assertThat(sanitizer.text()).isEqualTo("🌴\n🌴");
    assertThat(sanitizer.length()).isEqualTo(3);
    assertThat(sanitizer.visible()).isEqualTo(2);
  }

  @Property
  void piecesDoNotMatter(@ForAll String text, @ForAll int seed) {
    int cut = text.isEmpty() ? 0 : Math.floorMod(seed, text.length() + 1);
    var inTwo = sanitized(text.substring(0, cut), text.substring(cut));

    assertThat(inTwo.text()).isEqualTo(TextSanitizer.sanitize(text));
    assertThat(inTwo.length()).isEqualTo(inTwo.text().codePointCount(0, inTwo.text().length()));
  }

  @Property
  void sanitisingTwiceChangesNothing(@ForAll String text) {
    String once = TextSanitizer.sanitize(text);

    assertThat(TextSanitizer.sanitize(once)).isEqualTo(once);
  }
}
