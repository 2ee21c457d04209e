package io.retort.indexer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A document's path inside its collection: a label of segments between slashes, never a path of the
 * file system.
 */
final class UploadPath {
  /** In code points. */
  static final int LONGEST = 1_024;

  private UploadPath() {}

  /**
   * What remains of {@code given} without control characters and without empty, {@code .} and
   * {@code ..} segments; empty if that is nothing, or too long.
   */
  static Optional<String> clean(String given) {
    var visible = new StringBuilder();
    given
        .codePoints()
        .filter(c -> !Character.isISOControl(c) && !isSurrogate(c))
        .forEach(visible::appendCodePoint);
    List<String> segments = new ArrayList<>();
    for (String segment : visible.toString().replace('\\', '/').split("/", -1)) {
      if (!segment.isBlank() && !segment.equals(".") && !segment.equals("..")) {
        segments.add(segment);
      }
    }
    String path = String.join("/", segments);
    int length = path.codePointCount(0, path.length());
    return length == 0 || length > LONGEST ? Optional.empty() : Optional.of(path);
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
