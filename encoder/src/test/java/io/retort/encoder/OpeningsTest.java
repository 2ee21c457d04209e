package io.retort.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpeningsTest {
  private final List<String> closed = new ArrayList<>();

  @Test
  void whatWasOpenedBeforeAFailureIsClosedTheLastFirst() {
    assertThatThrownBy(
            () -> {
              try (var openings = new Openings()) {
                openings.add("tokenizer", closed::add);
                openings.add("graph", closed::add);
                throw new IllegalStateException("the manifest is wrong");
              }
            })
        .hasMessage("the manifest is wrong");

    assertThat(closed).containsExactly("graph", "tokenizer");
  }

  @Test
  void whatIsKeptStaysOpen() {
    try (var openings = new Openings()) {
      assertThat(openings.add("graph", closed::add)).isEqualTo("graph");
      openings.keep();
    }

    assertThat(closed).isEmpty();
  }
}
