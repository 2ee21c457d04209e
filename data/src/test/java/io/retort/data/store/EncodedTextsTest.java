package io.retort.data.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.retort.data.Embedding;
import io.retort.data.TextSpan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodedTextsTest {
  private static final String KEY = EncodedTexts.key("handbook", "o", "t", "encoder", "chunker");
  private static final EncodedText TEXT =
      new EncodedText(
          List.of(
              new EncodedText.Part(new TextSpan(0, 7), "", null, new Embedding(new float[] {1, 0})),
              new EncodedText.Part(
                  new TextSpan(7, 9), "Kapitel 🌴", 3, new Embedding(new float[] {0.6f, -0.8f}))));

  @TempDir Path root;
  private EncodedTexts texts;

  @BeforeEach
  void create() throws IOException {
    Files.createDirectories(root.resolve("tmp"));
    Files.createDirectories(root.resolve("embeddings"));
    texts = new EncodedTexts(root.resolve("embeddings"), root.resolve("tmp"));
  }

  private Path file() {
    return root.resolve("embeddings").resolve(KEY.substring(0, 2)).resolve(KEY);
  }

  @Test
  void whatWasEncodedComesBackBitForBit() throws IOException {
    texts.write(KEY, TEXT);

    assertThat(texts.read(KEY)).contains(TEXT);
    assertThat(texts.readCuts(KEY).orElseThrow())
        .extracting(EncodedTexts.Cut::span)
        .containsExactly(new TextSpan(0, 7), new TextSpan(7, 9));
    texts.write(KEY, new EncodedText(List.of()));
    assertThat(texts.read(KEY)).contains(new EncodedText(List.of()));
  }

  @Test
  void aFlippedBitAnywhereIsAsIfNothingWasThere() throws IOException {
    texts.write(KEY, TEXT);
    byte[] bytes = Files.readAllBytes(file());
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Files.write(file(), flipped);

      assertThat(texts.read(KEY)).as("bit %d", bit).isEmpty();
    }
    for (int length = 0; length < bytes.length; length++) {
      Files.write(file(), java.util.Arrays.copyOf(bytes, length));
      assertThat(texts.read(KEY)).as("cut at %d", length).isEmpty();
    }
  }

  @Test
  void aMissingFileIsEmpty() {
    assertThat(texts.read(KEY)).isEqualTo(Optional.empty());
  }

  @Test
  void theKeyNamesEverythingThatMatters() {
    assertThat(
            List.of(
                KEY,
                EncodedTexts.key("other", "o", "t", "encoder", "chunker"),
                EncodedTexts.key("handbook", "p", "t", "encoder", "chunker"),
                EncodedTexts.key("handbook", "o", "u", "encoder", "chunker"),
                EncodedTexts.key("handbook", "o", "t", "encoder 2", "chunker"),
                EncodedTexts.key("handbook", "o", "t", "encoder", "chunker 2"),
                EncodedTexts.key("handboo", "ko", "t", "encoder", "chunker")))
        .doesNotHaveDuplicates();
  }
}
