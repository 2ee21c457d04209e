package io.retort.generator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class Utf8AssemblerTest {
  @Property
  void noCodePointIsEverSplit(@ForAll String text, @ForAll @IntRange(min = 1, max = 3) int step) {
    byte[] bytes = text.getBytes(UTF_8);
    var assembler = new Utf8Assembler();
    var joined = new StringBuilder();
    for (int i = 0; i < bytes.length; i += step) {
      byte[] part = java.util.Arrays.copyOfRange(bytes, i, Math.min(i + step, bytes.length));
      String piece = assembler.accept(part);
      assertThat(piece.isEmpty() || !Character.isLowSurrogate(piece.charAt(0))).isTrue();
      joined.append(piece);
    }

    assertThat(joined.toString()).isEqualTo(new String(bytes, UTF_8));
  }

  @Test
  void aCharacterThatIsNeverFinishedBecomesAReplacement() {
    var assembler = new Utf8Assembler();

    assertThat(assembler.accept(new byte[] {(byte) 0xF0, (byte) 0x9F})).isEmpty();
    assertThat(assembler.accept(new byte[] {'a'})).isEqualTo("\uFFFDa");
  }
}
