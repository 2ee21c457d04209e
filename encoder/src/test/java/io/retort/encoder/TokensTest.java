package io.retort.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.TextSpan;
import org.junit.jupiter.api.Test;

class TokensTest {
  private final int[] ids = {5, 6, 7};
  private final Tokens tokens = new Tokens(ids, new int[] {0, 2, 2}, new int[] {2, 3, 3});

  @Test
  void tokensOfOneCharacterMayOverlap() {
    assertThat(tokens.span(1)).isEqualTo(tokens.span(2)).isEqualTo(new TextSpan(2, 3));
  }

  @Test
  void whatIsHandedInOrOutCanBeChangedWithoutHarm() {
    ids[0] = 99;
    tokens.ids()[0] = 99;
    tokens.starts()[0] = 99;
    tokens.ends()[0] = 99;

    assertThat(tokens).isEqualTo(new Tokens(new int[] {5, 6, 7}, new int[] {0, 2, 2}, ends()));
  }

  @Test
  void theFirstTokensKeepTheirOffsets() {
    assertThat(tokens.first(2))
        .isEqualTo(new Tokens(new int[] {5, 6}, new int[] {0, 2}, new int[] {2, 3}));
    assertThat(tokens.first(7)).isEqualTo(tokens);
    assertThat(tokens.first(0).length()).isZero();
  }

  @Test
  void lengthsThatDifferAreRefused() {
    assertThatThrownBy(() -> new Tokens(new int[2], new int[2], new int[1]))
        .hasMessageContaining("2, 2, 1");
  }

  @Test
  void aStartThatGoesBackIsRefused() {
    assertThatThrownBy(() -> new Tokens(new int[2], new int[] {3, 2}, new int[] {4, 4}))
        .hasMessageContaining("token 1 covers [2, 4) after a start of 3");
  }

  @Test
  void anEndBeforeItsStartIsRefused() {
    assertThatThrownBy(() -> new Tokens(new int[1], new int[] {3}, new int[] {2}))
        .hasMessageContaining("token 0 covers [3, 2)");
  }

  private static int[] ends() {
    return new int[] {2, 3, 3};
  }
}
