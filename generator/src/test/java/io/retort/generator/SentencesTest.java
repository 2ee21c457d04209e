package io.retort.generator;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.TextSpan;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentencesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      value = {
        "It rains. It pours.#It rains.|It pours.",
        "He said \"No.\" Then he left.#He said \"No.\"|Then he left.",
        "Really?! Yes.#Really?!|Yes.",
        "Dr. Smith met J. Doe at 3.5 km. They spoke.#Dr. Smith met J. Doe at 3.5 km.|They spoke.",
        "See e.g. this one. 5 left.#See e.g. this one.|5 left.",
        "1. Mix it. 2. Bake it.#1. Mix it.|2. Bake it.",
        "five days#five days",
        "Wait… what? Yes.#Wait… what?|Yes.",
        "雨。風。#雨。|風。",
        "One line\\n\\nAnother#One line|Another",
        "wrapped\\nline. End#wrapped\\nline.|End",
      })
  void cutsWhereAReaderWould(String text, String expected) {
    String unescaped = text.replace("\\n", "\n");
    List<String> found = Sentences.of(unescaped).stream().map(span -> span.of(unescaped)).toList();

    assertThat(String.join("|", found)).isEqualTo(expected.replace("\\n", "\n"));
  }

  @Test
  void spansCountCodePoints() {
    assertThat(Sentences.of("🌴🌴. Ja.")).containsExactly(new TextSpan(0, 3), new TextSpan(4, 7));
  }

  @Property
  void anEndThatWasToldStays(@ForAll("prose") String text) {
    List<Integer> told = new ArrayList<>();
    int from = 0;
    for (int length = 1; length <= text.length(); length++) {
      int end = Sentences.end(text.substring(0, length), from);
      if (end >= 0) {
        told.add(end);
        from = end;
      }
    }
    List<Integer> whole = new ArrayList<>();
    for (int end = Sentences.end(text, 0); end >= 0; end = Sentences.end(text, end)) {
      whole.add(end);
    }

    assertThat(told).isEqualTo(whole);
  }

  @Provide
  Arbitrary<String> prose() {
    return Arbitraries.of("A", "b", "Dr", "1", ".", "?", "…", "。", " ", "\n", "\"", ")", "é")
        .list()
        .ofMaxSize(30)
        .map(parts -> String.join("", parts));
  }
}
