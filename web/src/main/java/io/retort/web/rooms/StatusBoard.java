package io.retort.web.rooms;

import io.retort.indexer.IngestHealth;
import io.retort.web.problem.ApiException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Collects what an administrator wants to know at a glance. */
public final class StatusBoard {
  private final Rooms rooms;
  private final Path dataDir;
  private final String version;

  StatusBoard(Rooms rooms, Path dataDir, String version) {
    this.rooms = rooms;
    this.dataDir = dataDir;
    this.version = version;
  }

  public RoomsStatus status() {
    LoadedModels models = rooms.modelsIfLoaded();
    IngestHealth ingest = rooms.ingest().health();
    return new RoomsStatus(
        version,
        models == null ? null : models.generator().device(),
        models == null ? null : models.fingerprint(),
        ingest.state().name().toLowerCase(Locale.ROOT),
        chunks(),
        ingest.indexDrift(),
        ingest.openOperations(),
        diskUsedShare());
  }

  private @Nullable Long chunks() {
    long chunks = 0;
    try {
      for (String collection : rooms.documents().collectionIds()) {
        chunks += rooms.searcher().countChunks(collection);
      }
    } catch (ApiException e) {
      return null; // no index is open
    }
    return chunks;
  }

  private double diskUsedShare() {
    try {
      FileStore disk = Files.getFileStore(dataDir);
      return 1 - (double) disk.getUsableSpace() / Math.max(1, disk.getTotalSpace());
    } catch (IOException e) {
      return 1; // a disk that cannot be asked is no disk to rely on
    }
  }
}
