package io.retort.web.problem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemPagesTest {
  @ParameterizedTest
  @EnumSource
  void everyTypeLeadsToAPage(ProblemCode code) {
    String page = ProblemPages.page(code.type().substring("/problems/".length())).orElseThrow();
    assertThat(page).contains(code.code()).contains(Integer.toString(code.status()));
    assertThat(page).doesNotContain("<script").doesNotContain("style=");
  }

  @Test
  void anUnknownCodeHasNone() {
    assertThat(ProblemPages.page("no_such_code")).isEmpty();
  }
}
