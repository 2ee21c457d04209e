package io.retort.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class FlagsTest {
  private static final Set<String> KNOWN = Set.of("limit", "models");

  @Test
  void pairsAreRead() {
    var flags = new Flags(new String[] {"--limit", "7"}, KNOWN);

    assertThat(flags.number("limit", 1)).isEqualTo(7);
    assertThat(flags.text("models", "data/models")).isEqualTo("data/models");
    assertThat(flags.path("models")).isNull();
    assertThatThrownBy(() -> flags.required("models")).hasMessageContaining("--models");
  }

  @Test
  void aSwitchIsOnUnlessItIsOff() {
    assertThat(new Flags(new String[] {"--models", "off"}, KNOWN).on("models")).isFalse();
    assertThat(new Flags(new String[] {}, KNOWN).on("models")).isTrue();
    assertThatThrownBy(() -> new Flags(new String[] {"--models", "no"}, KNOWN).on("models"))
        .hasMessageContaining("--models is on or off, not 'no'");
  }

  @Test
  void whatIsUnknownRepeatedOrWithoutValueIsNamed() {
    assertThatThrownBy(() -> new Flags(new String[] {"--limmit", "7"}, KNOWN))
        .hasMessageContaining("--limmit");
    assertThatThrownBy(() -> new Flags(new String[] {"limit", "7"}, KNOWN))
        .hasMessageContaining("limit");
    assertThatThrownBy(() -> new Flags(new String[] {"--limit"}, KNOWN))
        .hasMessageContaining("needs a value");
    assertThatThrownBy(() -> new Flags(new String[] {"--limit", "1", "--limit", "2"}, KNOWN))
        .hasMessageContaining("twice");
  }
}
