package io.retort.web.rooms;

import io.retort.data.store.LedgerStore;
import io.retort.web.settings.RetortSettings;
import java.util.concurrent.CountDownLatch;

public final class RoomsOpener implements AutoCloseable {
  private final Rooms rooms;
  private final RetortSettings settings;
  private final CountDownLatch opened = new CountDownLatch(1);

  public RoomsOpener(RetortSettings settings, LedgerStore store, ModelSource models) {
    this.settings = settings;
    this.rooms = new Rooms(store.documents());
  }

  public Rooms rooms() {
    return rooms;
  }

  public StatusBoard statusBoard() {
    return new StatusBoard(rooms, settings.dataDir(), "x");
  }

  public void openInBackground() {}

  public void awaitOpened() throws InterruptedException {
    opened.await();
  }

  @Override
  public void close() {}
}
