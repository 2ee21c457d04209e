package io.retort.web.rooms;

import io.retort.data.IndexManifest;
import io.retort.data.IndexMismatchException;
import io.retort.data.store.LedgerStore;
import io.retort.encoder.ModelIntegrityException;
import io.retort.indexer.Chunker;
import io.retort.indexer.IngestHealth;
import io.retort.indexer.IngestOptions;
import io.retort.indexer.IngestParts;
import io.retort.indexer.IngestService;
import io.retort.retriever.Retriever;
import io.retort.retriever.lucene.LuceneIndexFolder;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.settings.RetortSettings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the rooms in the order of a start: what takes uploads first, then retrieval models and
 * index, and beside them the decoder. What fails leaves its problem in {@link Rooms} and the rest
 * open. Closing closes in the reverse order, all but the store.
 */
public final class RoomsOpener implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RoomsOpener.class);

  private final RetortSettings settings;
  private final LedgerStore store;
  private final Sources sources;
  private final Rooms rooms;
  private final IngestService idle;
  private final Deque<Runnable> closers = new ArrayDeque<>();
  private final CountDownLatch opened = new CountDownLatch(1);
  private final Thread opening = Thread.ofPlatform().name("opening").unstarted(this::open);

  /** What the rooms are made of. */
  public record Sources(ModelSource models, ExtractionSource extraction) {
    /** The models and parsers of the product. */
    public static Sources ofProduct(RetortSettings settings) {
      return new Sources(new OnnxModelSource(settings), new ForkedExtraction(settings));
    }
  }

  public RoomsOpener(RetortSettings settings, LedgerStore store, Sources sources) {
    this.settings = settings;
    this.store = store;
    this.sources = sources;
    this.rooms = new Rooms(store.documents());
    this.idle = IngestService.startWithoutWorkers(store, options(settings));
    rooms.open(idle);
    rooms.watch(this::ingestProblem);
  }

  private static IngestOptions options(RetortSettings settings) {
    IngestOptions promised = IngestOptions.DEFAULT;
    return new IngestOptions(
        settings.ingest().workers(),
        promised.encoderThreads(),
        settings.ingest().maxFileSize(),
        Math.max(settings.ingest().maxRequestSize(), settings.ingest().maxFileSize()),
        promised.commitAfter(),
        promised.commitEvery(),
        promised.firstPurge(),
        settings.limits().diskRefuse(),
        settings.limits().diskStop(),
        promised.milestones());
  }

  private Optional<ApiException> ingestProblem() {
    return rooms.ingest().health().state() == IngestHealth.State.RECOVERING
        ? Optional.of(
            ApiException.retryAfter(
                ProblemCode.INDEX_DEGRADED,
                "documents are being written to the index again",
                Duration.ofSeconds(2)))
        : Optional.empty();
  }

  public Rooms rooms() {
    return rooms;
  }

  public StatusBoard statusBoard() {
    return new StatusBoard(rooms, settings.dataDir(), ProgramVersion.current());
  }

  public void openInBackground() {
    opening.start();
  }

  /** Waits until every room is open or has failed to open. */
  public void awaitOpened() throws InterruptedException {
    opened.await();
  }

  private void open() {
    var decoder = new FutureTask<>(sources.models()::openDecoder);
    Thread.ofPlatform().name("opening-decoder").start(decoder);
    RetrievalModels retrieval = null;
    try {
      retrieval = sources.models().openRetrieval();
      closeLater(retrieval::close);
      openIndex(retrieval);
    } catch (ModelIntegrityException e) {
      ApiException problem = unavailable(e);
      rooms.indexFailed(problem);
      rooms.modelsFailed(problem);
    } catch (IndexMismatchException e) {
      LOG.error("the index does not fit the models: {}", e.getMessage());
      rooms.indexFailed(
          ApiException.retryAfter(
              ProblemCode.INDEX_DEGRADED, String.valueOf(e.getMessage()), Duration.ofMinutes(1)));
    } catch (InterruptedException e) {
      LOG.info("the start was given up");
    } catch (RuntimeException e) {
      LOG.error("the index could not be opened", e);
      rooms.indexFailed(
          ApiException.retryAfter(
              ProblemCode.INDEX_DEGRADED,
              "the index could not be opened; the log says why",
              Duration.ofMinutes(1)));
    }
    try {
      openDecoder(decoder, retrieval);
    } catch (InterruptedException e) {
      LOG.info("the start was given up");
    } finally {
      opened.countDown();
    }
  }

  private void openIndex(RetrievalModels models) throws InterruptedException {
    var chunker = new Chunker(models.tokenizer(), models.chunkLength());
    var manifest =
        new IndexManifest(
            store.storeId(),
            models.encoder().fingerprint(),
            models.tokenizer().sha256(),
            chunker.fingerprint(),
            models.encoder().dimension());
    LuceneIndexFolder index = LuceneIndexFolder.open(store.indexFolder(), manifest);
    closeLater(index::close);
    if (index.startedAnew() != null) {
      LOG.warn("the index is built anew: {}", index.startedAnew());
    }
    ExtractionSource.Opened extraction = sources.extraction().open(store.temporaryFolder());
    closeLater(extraction.closer());
    var parts =
        new IngestParts(index.live().writer(), extraction.extraction(), chunker, models.encoder());
    IngestService working = IngestService.start(store, parts, options(settings));
    closeLater(working::close);
    rooms.open(working);
    rooms.open(
        new Rooms.Index(
            new Retriever(
                models.encoder(),
                () -> index.live().searcher(),
                store.documents(),
                store.documents()::missingChunks),
            () -> index.live().searcher(),
            () -> index.live().deletedRatio(),
            models.encoder()));
  }

  private void openDecoder(
      FutureTask<ModelSource.Decoder> opening, @Nullable RetrievalModels retrieval)
      throws InterruptedException {
    try {
      ModelSource.Decoder decoder = opening.get();
      closeLater(decoder.closer());
      if (retrieval != null) {
        rooms.open(
            new LoadedModels(
                retrieval.encoder(),
                decoder.generator(),
                decoder.name(),
                retrieval.name(),
                decoder.fingerprint(),
                retrieval.chunkLength()));
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ModelIntegrityException integrity) {
        rooms.modelsFailed(unavailable(integrity));
      } else {
        LOG.error("the decoder could not be opened", e.getCause());
        rooms.modelsFailed(
            new ApiException(
                ProblemCode.MODEL_UNAVAILABLE,
                "the decoder could not be opened; the log says why"));
      }
    }
  }

  private static ApiException unavailable(ModelIntegrityException e) {
    LOG.error("a model cannot be used: {}", e.getMessage());
    return new ApiException(ProblemCode.MODEL_UNAVAILABLE, String.valueOf(e.getMessage()));
  }

  private void closeLater(Runnable closer) {
    synchronized (closers) {
      closers.push(closer);
    }
  }

  @Override
  public void close() {
    rooms.startClosing();
    opening.interrupt();
    try {
      if (opening.getState() != Thread.State.NEW) {
        opening.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    while (true) {
      Runnable next;
      synchronized (closers) {
        next = closers.poll();
      }
      if (next == null) {
        break;
      }
      next.run();
    }
    idle.close();
  }
}
