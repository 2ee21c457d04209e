package io.retort.data.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;
import java.util.function.Function;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One data directory, opened: ledger, originals and texts. This process owns it until {@link
 * #close}. Safe for use by many threads.
 */
public final class LedgerStore implements AutoCloseable {
  private final StoreLock lock;
  private final StoreLayout layout;
  private final String storeId;
  private final H2Ledger database;
  private final Barrier barrier;
  private final Contents contents;
  private final ScopedDocuments documents;
  private final IngestLedger ingest;
  private final WorkLedger work;
  private final JobLedger jobs;
  private final EvaluationStore evaluations;
  private final IngestTally tally = new IngestTally();

  private LedgerStore(
      StoreLock lock,
      StoreLayout layout,
      String storeId,
      H2Ledger database,
      Barrier barrier,
      Clock clock) {
    this.lock = lock;
    this.layout = layout;
    this.storeId = storeId;
    this.database = database;
    this.barrier = barrier;
    DataSource dataSource = database.dataSource();
    var jdbc = JdbcClient.create(dataSource);
    var transactions = new TransactionTemplate(new JdbcTransactionManager(dataSource));
    var ledger = new LedgerTransactions(jdbc, transactions, barrier, clock);
    var items = new JobItems(jdbc, tally);
    var operations = new Operations(jdbc, items);
    contents = new Contents(layout, jdbc);
    documents = new ScopedDocuments(ledger, contents);
    ingest = new IngestLedger(ledger, items, operations);
    work = new WorkLedger(ledger, items, operations, contents);
    jobs = new JobLedger(ledger, clock);
    evaluations = new EvaluationStore(ledger, items, transactions, clock);
  }

  /**
   * Opens or creates the store in {@code dataDir}.
   *
   * @throws StoreException if it is in use, too new, or damaged
   */
  public static LedgerStore open(Path dataDir) throws IOException {
    return open(dataDir, Clock.systemUTC());
  }

  /** As {@link #open(Path)}; the clock dates rows and orders nothing. */
  public static LedgerStore open(Path dataDir, Clock clock) throws IOException {
    return open(dataDir, clock, H2Ledger.FILES, Barrier::new);
  }

  /** As {@link #open(Path)}, with the ledger's file reached through one of H2's file systems. */
  static LedgerStore open(
      Path dataDir, Clock clock, String fileSystem, Function<DataSource, Barrier> barriers)
      throws IOException {
    DurableFiles.createFolder(dataDir.toAbsolutePath());
    Path folder = dataDir.toRealPath();
    StoreLock lock = StoreLock.take(folder);
    try {
      var layout = new StoreLayout(folder);
      boolean existing = layout.exists();
      if (!existing) {
        layout.prepareNew();
      }
      String storeId = existing ? layout.readStoreId() : UUID.randomUUID().toString();
      layout.createFolders();
      H2Ledger database = H2Ledger.open(fileSystem, layout.database(), storeId, existing);
      try {
        Barrier barrier = barriers.apply(database.dataSource());
        if (!existing) {
          barrier.await(); // a store whose ledger might not survive is none yet
          layout.complete(storeId);
        }
        layout.emptyTemporary();
        return new LedgerStore(lock, layout, storeId, database, barrier, clock);
      } catch (IOException | RuntimeException e) {
        database.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /** Identifies this store; an index of another one is never used. */
  public String storeId() {
    return storeId;
  }

  /** What callers may read. */
  public ScopedDocuments documents() {
    return documents;
  }

  /** What callers ask for, for whoever runs the ingestion. */
  public IngestLedger ingest() {
    return ingest;
  }

  /** For workers. */
  public WorkLedger work() {
    return work;
  }

  public JobLedger jobs() {
    return jobs;
  }

  public EvaluationStore evaluations() {
    return evaluations;
  }

  public IngestTally ingestTally() {
    return tally;
  }

  public Contents contents() {
    return contents;
  }

  /** Where the index folders lie. */
  public Path indexFolder() {
    return layout.index();
  }

  /** Where files may lie that are of no use after a restart. */
  public Path temporaryFolder() {
    return layout.temporary();
  }

  /** For further tables of the same database; migrations lie in {@code db/migration}. */
  public DataSource dataSource() {
    return database.dataSource();
  }

  /** Returns once everything that was committed before the call is synced to the device. */
  public void barrier() {
    barrier.await();
  }

  /** Whether a sync of the ledger has failed: nothing is written until a restart. */
  public boolean syncFailed() {
    return barrier.failed();
  }

  @Override
  public void close() {
    database.close();
    try {
      lock.close();
    } catch (IOException e) {
      System.getLogger(LedgerStore.class.getName())
          .log(System.Logger.Level.WARNING, "the data directory's lock was not released", e);
    }
  }
}
