package io.retort.web.evaluation;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a run asked, and how.
 *
 * @param command as it was typed
 * @param collection null if the neighbours were not retrieved
 * @param dataset the file's name
 * @param datasetSha256 of its bytes
 * @param k null where the service or the set decides
 * @param minConfidence null is the models' calibration
 * @param limit how many questions were drawn, 0 for all
 * @param seed of the draw and of the resamples
 */
public record Conditions(
    String command,
    String version,
    @Nullable String collection,
    String neighbours,
    String style,
    @Nullable Integer k,
    @Nullable Double minConfidence,
    String dataset,
    String datasetSha256,
    int limit,
    long seed) {
  public Conditions {
    requireNonNull(command, "command");
    requireNonNull(version, "version");
    requireNonNull(neighbours, "neighbours");
    requireNonNull(style, "style");
    requireNonNull(dataset, "dataset");
    requireNonNull(datasetSha256, "datasetSha256");
  }

  /** In which of what moves figures this differs from another run. */
  List<String> differences(Conditions other) {
    List<String> differences = new ArrayList<>();
    note(differences, "collection", other.collection, collection);
    note(differences, "neighbours", other.neighbours, neighbours);
    note(differences, "style", other.style, style);
    note(differences, "k", other.k, k);
    note(differences, "min_confidence", other.minConfidence, minConfidence);
    note(differences, "dataset_sha256", other.datasetSha256, datasetSha256);
    note(differences, "version", other.version, version);
    return differences;
  }

  static void note(
      List<String> differences, String name, @Nullable Object before, @Nullable Object now) {
    if (!Objects.equals(before, now)) {
      differences.add(
          "%s: %s, before: %s"
              .formatted(name, now == null ? "default" : now, before == null ? "default" : before));
    }
  }
}
