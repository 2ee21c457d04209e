package io.retort.data.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.TextSpan;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;

class CodePointsTest {
  @Property
  void aSliceOfBytesIsTheSliceOfTheText(@ForAll("textsWithSpans") Tuple2<String, TextSpan> sample) {
    String text = sample.get1();
    TextSpan span = sample.get2();

    assertThat(CodePoints.slice(text.getBytes(UTF_8), span)).isEqualTo(span.of(text));
  }

  @Provide
  Arbitrary<Tuple2<String, TextSpan>> textsWithSpans() {
    Arbitrary<String> texts =
        Arbitraries.of("a", "é", "€", "🌴", "👨‍👩‍👧", "e\u0301", "\n", "\u202E", "\uFFFD")
            .list()
            .ofMaxSize(30)
            .map(pieces -> String.join("", pieces));
    return texts.flatMap(
        text -> {
          int length = text.codePointCount(0, text.length());
          return Arbitraries.integers()
              .between(0, length)
              .tuple2()
              .map(
                  ends ->
                      Tuple.of(
                          text,
                          new TextSpan(
                              Math.min(ends.get1(), ends.get2()),
                              Math.max(ends.get1(), ends.get2()))));
        });
  }
}
