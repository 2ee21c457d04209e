package io.retort.web.rooms;

import io.retort.data.ScopedSearcher;
import io.retort.data.store.ScopedDocuments;
import io.retort.encoder.TextEncoder;
import io.retort.indexer.IngestService;
import io.retort.retriever.Retriever;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.time.Duration;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rooms as they can be used now. A room that is not open yet, or cannot be, refuses with the
 * problem that says why. Safe for use by many threads.
 */
public final class Rooms {
  private final ScopedDocuments documents;
  private volatile @Nullable IngestService ingest;
  private volatile @Nullable Index index;
  private volatile @Nullable ApiException indexProblem;
  private volatile @Nullable LoadedModels models;
  private volatile @Nullable ApiException modelProblem;
  private volatile boolean closing;
  private volatile Supplier<Optional<ApiException>> liveProblem = Optional::empty;

  Rooms(ScopedDocuments documents) {
    this.documents = documents;
  }

  /** An open index with what searches it and the encoder that it was built with. */
  record Index(
      Retriever retriever,
      Supplier<ScopedSearcher> searcher,
      DoubleSupplier deletedRatio,
      TextEncoder encoder) {}

  void open(IngestService opened) {
    ingest = opened;
  }

  void open(Index opened) {
    index = opened;
  }

  void open(LoadedModels opened) {
    models = opened;
  }

  void indexFailed(ApiException problem) {
    indexProblem = problem;
  }

  void modelsFailed(ApiException problem) {
    modelProblem = problem;
  }

  /** Asked at every readiness check, for what can change while the service runs. */
  void watch(Supplier<Optional<ApiException>> problem) {
    liveProblem = problem;
  }

  /** From now on the service is not ready, and nothing new is begun. */
  public void startClosing() {
    closing = true;
  }

  public boolean isClosing() {
    return closing;
  }

  public ScopedDocuments documents() {
    return documents;
  }

  public IngestService ingest() {
    IngestService open = ingest;
    if (open == null) {
      throw loading("the service is starting");
    }
    return open;
  }

  public Retriever retriever() {
    return index().retriever();
  }

  public ScopedSearcher searcher() {
    return index().searcher().get();
  }

  /** Deleted chunks that still take space in the index, as a part of all. */
  public double deletedRatio() {
    return index().deletedRatio().getAsDouble();
  }

  public TextEncoder encoder() {
    return index().encoder();
  }

  private Index index() {
    Index open = index;
    if (open != null) {
      return open;
    }
    ApiException problem = indexProblem;
    throw problem == null ? loading("the index is being opened") : again(problem);
  }

  public LoadedModels models() {
    LoadedModels open = models;
    if (open != null) {
      return open;
    }
    ApiException problem = modelProblem;
    throw problem == null ? loading("the models are being loaded") : again(problem);
  }

  public @Nullable LoadedModels modelsIfLoaded() {
    return models;
  }

  /** Why the service is not ready; empty if it is. */
  public Optional<ApiException> notReady() {
    if (closing) {
      return Optional.of(new ApiException(ProblemCode.SHUTTING_DOWN, "the service is stopping"));
    }
    try {
      ingest();
      index();
      models();
    } catch (ApiException e) {
      return Optional.of(e);
    }
    return liveProblem.get();
  }

  /** The same problem with a stack trace of its own. */
  private static ApiException again(ApiException problem) {
    Duration wait = problem.retryAfter();
    return ApiException.retryAfter(
        problem.code(), problem.detail(), wait == null ? Duration.ofSeconds(30) : wait);
  }

  private static ApiException loading(String detail) {
    return ApiException.retryAfter(ProblemCode.MODELS_LOADING, detail, Duration.ofSeconds(2));
  }
}
