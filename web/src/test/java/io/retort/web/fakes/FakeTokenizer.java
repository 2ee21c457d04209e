package io.retort.web.fakes;

import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.Tokens;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/** One token a word, with the white space before it. */
public final class FakeTokenizer implements DecoderTokenizer {
  @Override
  public Tokens encode(String text) {
    int[] points = text.codePoints().toArray();
    var starts = new ArrayList<Integer>();
    for (int i = 0; i < points.length; i++) {
      boolean begins =
          i == 0 || Character.isWhitespace(points[i]) && !Character.isWhitespace(points[i - 1]);
      if (begins) {
        starts.add(i);
      }
    }
    int count = starts.size();
    var ids = new int[count];
    var from = new int[count];
    var to = new int[count];
    for (int t = 0; t < count; t++) {
      from[t] = starts.get(t);
      to[t] = t + 1 < count ? starts.get(t + 1) : points.length;
      ids[t] = t + 10;
    }
    return new Tokens(ids, from, to);
  }

  @Override
  public int[] encodeTemplate(String template) {
    return new int[] {1};
  }

  @Override
  public String decode(int[] ids) {
    return "x".repeat(ids.length);
  }

  @Override
  public byte[] bytes(int id) {
    return "x".getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public int specialId(String token) {
    return 2;
  }

  @Override
  public int vocabulary() {
    return 49_152;
  }

  @Override
  public String sha256() {
    return "0".repeat(64);
  }

  @Override
  public void close() {}
}
