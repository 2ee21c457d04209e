package io.retort.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TextPlacesTest {
  private static final int POINT = TextPlaces.STEPS;

  /** Lines of ten letters, each a point wide, from x = 100 on. */
  private static TextPlaces lines(int page, int count) {
    var places = new TextPlaces.Builder();
    for (int i = 0; i < 10 * count; i++) {
      int left = (100 + i % 10) * POINT;
      int top = (50 + 15 * (i / 10)) * POINT;
      places.add(page, i, left, top, left + POINT, top + 12 * POINT, false);
    }
    return places.build();
  }

  private static List<PageRect> rects(TextPlaces places, int start, String text) {
    int length = text.codePointCount(0, text.length());
    return places.rects(new TextSpan(start, start + length), text);
  }

  @Test
  void oneRectangleForEachLine() {
    TextPlaces places = lines(3, 4);

    assertThat(rects(places, 12, "ab")).containsExactly(new PageRect(3, 102, 65, 2, 12));
    assertThat(rects(places, 18, "abcd"))
        .containsExactly(new PageRect(3, 108, 65, 2, 12), new PageRect(3, 100, 80, 2, 12));
    assertThat(rects(places, 5, "")).isEmpty();
  }

  @Test
  void whatIsSeenNeedsABoxAndWhiteSpaceDoesNot() {
    var places = new TextPlaces.Builder();
    places.add(1, 0, 0, 0, 100, 200, false);
    places.add(1, 2, 150, 0, 250, 200, false);
    TextPlaces built = places.build();

    assertThat(rects(built, 0, "a b")).hasSize(1);
    assertThat(rects(built, 0, "a\u00ADb")).hasSize(1);
    assertThat(rects(built, 0, "a-b")).isEmpty();
    assertThat(rects(built, 0, "a b\uD83C\uDF34")).isEmpty();
  }

  @Test
  void wideGapsAndOtherDirectionsPartRectangles() {
    var places = new TextPlaces.Builder();
    places.add(1, 0, 0, 0, 100, 200, false);
    places.add(1, 1, 500, 0, 600, 200, false); // beyond a gutter
    places.add(1, 2, 590, 0, 690, 200, true);
    places.add(2, 3, 690, 0, 790, 200, true);

    assertThat(rects(places.build(), 0, "abcd")).hasSize(4);
  }

  @Property(tries = 200)
  void boxesComeBackFromBytesAsTheyWere(@ForAll long seed) {
    var random = new Random(seed);
    var places = new TextPlaces.Builder();
    var expected = new ArrayList<PageRect>();
    var codePoints = new ArrayList<Integer>();
    int codePoint = random.nextInt(5);
    for (int page = 1; page <= 3; page++) {
      for (int i = random.nextInt(40); i > 0; i--) {
        int left = random.nextInt(300_000);
        int top = random.nextInt(300_000);
        int right = left + random.nextInt(1_000);
        int bottom = top + random.nextInt(1_000);
        places.add(page, codePoint, left, top, right, bottom, random.nextBoolean());
        codePoints.add(codePoint);
        double steps = TextPlaces.STEPS;
        expected.add(
            new PageRect(
                page, left / steps, top / steps, (right - left) / steps, (bottom - top) / steps));
        codePoint += random.nextInt(4) == 0 ? 1 + random.nextInt(1_000) : 1;
      }
    }

    TextPlaces again = TextPlaces.of(places.build().toBytes());

    for (int i = 0; i < expected.size(); i++) {
      assertThat(rects(again, codePoints.get(i), "x")).containsExactly(expected.get(i));
    }
    assertThat(places.isEmpty()).isEqualTo(expected.isEmpty());
  }

  @Test
  void damagedBytesAreRefused() {
    byte[] whole = lines(1, 20).toBytes();

    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> TextPlaces.of(cut)).isInstanceOf(IllegalArgumentException.class);
    }
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x55;
      try {
        rects(TextPlaces.of(damaged), 0, "x".repeat(200));
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageNotContaining("null");
      }
    }
  }

  @Test
  void anOrderOfItsOwnIsRefused() {
    var places = new TextPlaces.Builder();
    places.add(1, 5, 0, 0, 1, 1, false);

    assertThatThrownBy(() -> places.add(1, 5, 0, 0, 1, 1, false))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> places.add(1, 6, 2, 0, 1, 1, false))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
