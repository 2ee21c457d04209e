package io.retort.indexer.parse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.retort.indexer.HeadingSpan;
import io.retort.indexer.ParsedDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every parser of a format owes. */
abstract class DocumentParserContract {
  @TempDir Path folder;

  abstract DocumentParser parser();

  /** The media type of {@link #sample()}. */
  abstract String mediaType();

  abstract byte[] sample() throws IOException;

  /** Words of the sample, in its order. */
  abstract List<String> words();

  abstract String title();

  /** The sample's headings, in its order. */
  abstract List<String> headings();

  SourceFile source(byte[] content) throws IOException {
    return source(content, mediaType());
  }

  SourceFile source(byte[] content, String mediaType) throws IOException {
    return new SourceFile(Samples.write(folder, content), mediaType, UTF_8, 1L << 30, 10_000);
  }

  ParsedDocument parsed(byte[] content) throws Exception {
    var sink = new RecordingSink();
    parser().parse(source(content), sink);
    return sink.document();
  }

  @Test
  void itReadsTheMediaTypeOfItsSample() {
    assertThat(parser().mediaTypes()).contains(mediaType());
  }

  @Test
  void wordsComeInOrder() throws Exception {
    assertThat(parsed(sample()).text()).containsSubsequence(words());
  }

  @Test
  void headingsAreTheirWords() throws Exception {
    ParsedDocument document = parsed(sample());

    assertThat(document.headings())
        .extracting(HeadingSpan::span)
        .extracting(span -> span.of(document.text()))
        .containsExactlyElementsOf(headings());
  }

  @Test
  void theTitleIsTheFilesOwn() throws Exception {
    assertThat(parsed(sample()).title()).isEqualTo(title());
  }

  @Test
  void textNeitherBeginsNorHasBlankLinesInHeaps() throws Exception {
    assertThat(parsed(sample()).text()).doesNotStartWith("\n").doesNotContain("\n\n\n\n");
  }

  @Test
  void twoRunsAgree() throws Exception {
    assertThat(parsed(sample())).isEqualTo(parsed(sample()));
  }

  @Test
  void theFileIsLeftAsItWas() throws Exception {
    byte[] sample = sample();
    SourceFile source = source(sample);
    parser().parse(source, new RecordingSink());

    assertThat(Files.readAllBytes(source.path())).isEqualTo(sample);
  }

  @Test
  void itStopsWhenEnoughIsGiven() throws Exception {
    SourceFile source = source(sample());

    assertThatThrownBy(() -> parser().parse(source, new RecordingSink(5)))
        .isInstanceOf(EnoughTextException.class);
  }

  @Test
  void aCutFileIsReadOrRefusedButNeverBreaksTheParser() throws Exception {
    byte[] sample = sample();
    for (int percent : new int[] {1, 10, 30, 50, 70, 90, 99}) {
      SourceFile source = source(Arrays.copyOf(sample, sample.length * percent / 100));

      Throwable thrown = catchThrowable(() -> parser().parse(source, new RecordingSink()));

      assertThat(thrown instanceof Error).as("cut at %d %%: %s", percent, thrown).isFalse();
    }
  }
}
