package io.retort.indexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.retort.data.Embedding;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EncodePoolTest {
  private final HashEncoder encoder = new HashEncoder("hash");

  @Test
  void embeddingsComeInTheOrderOfTheirTexts() {
    List<String> texts = IntStream.range(0, 100).mapToObj(n -> "text " + n).toList();
    List<Integer> progress = new ArrayList<>();
    try (EncodePool pool = new EncodePool(encoder, 3, 1)) {
      List<Embedding> embeddings = pool.encode("title", texts, () -> false, progress::add);

      assertThat(embeddings)
          .isEqualTo(texts.stream().map(text -> encoder.encodePassage("title", text)).toList());
    }
    assertThat(progress).isSorted().endsWith(100);
  }

  @Test
  void manyDocumentsShareTheThreads() throws InterruptedException {
    AtomicInteger finished = new AtomicInteger();
    try (EncodePool pool = new EncodePool(encoder, 2, 8)) {
      List<Thread> documents = new ArrayList<>();
      for (int document = 0; document < 8; document++) {
        List<String> texts = IntStream.range(0, 200).mapToObj(n -> "text " + n).toList();
        documents.add(
            Thread.ofVirtual()
                .start(
                    () ->
                        finished.addAndGet(
                            pool.encode("t", texts, () -> false, done -> {}).size())));
      }
      for (Thread document : documents) {
        document.join();
      }
    }
    assertThat(finished).hasValue(1_600);
  }

  @Test
  void cancellationStopsAtTheNextText() {
    List<String> texts = IntStream.range(0, 10_000).mapToObj(n -> "text " + n).toList();
    try (EncodePool pool = new EncodePool(encoder, 2, 1)) {
      assertThatThrownBy(() -> pool.encode("t", texts, () -> encoder.passages() > 50, done -> {}))
          .isInstanceOf(CancellationException.class);
    }
    assertThat(encoder.passages()).isLessThan(100);
  }
}
