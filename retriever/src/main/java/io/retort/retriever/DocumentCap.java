package io.retort.retriever;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The cut to k: no document takes more places than its share as long as others fill k. */
final class DocumentCap {
  private DocumentCap() {}

  /**
   * At most {@code k} of {@code ranked}, in its order.
   *
   * @param perDocument places of one document, more only where others leave some
   */
  static <T> List<T> cut(List<T> ranked, int k, int perDocument, Function<T, String> document) {
    Map<String, Integer> taken = new HashMap<>();
    Set<T> chosen = new HashSet<>();
    List<T> overCap = new ArrayList<>();
    for (T each : ranked) {
      if (chosen.size() == k) {
        break;
      }
      if (taken.merge(document.apply(each), 1, Integer::sum) <= perDocument) {
        chosen.add(each);
      } else {
        overCap.add(each);
      }
    }
    overCap.stream().limit(k - chosen.size()).forEach(chosen::add);
    return ranked.stream().filter(chosen::contains).toList();
  }
}
