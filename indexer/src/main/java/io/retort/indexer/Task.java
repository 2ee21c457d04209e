package io.retort.indexer;

import io.retort.data.store.ItemPhase;
import io.retort.data.store.Work;
import org.jspecify.annotations.Nullable;

/** An operation that is being worked on: how far it is, and the way to stop it. */
final class Task {
  private final Work work;
  private volatile ItemPhase phase = ItemPhase.STORED;
  private volatile int chunksDone;
  private volatile int chunksTotal;
  private volatile boolean cancelled;
  private @Nullable Thread parsing;

  Task(Work work) {
    this.work = work;
  }

  Work work() {
    return work;
  }

  ItemPhase phase() {
    return phase;
  }

  int chunksDone() {
    return chunksDone;
  }

  /** Null before the text is cut. */
  @Nullable Integer chunksTotal() {
    return phase.compareTo(ItemPhase.ENCODING) < 0 ? null : chunksTotal;
  }

  /** The part of the work that is done, below 1. */
  double fraction() {
    return switch (phase) {
      case STORED -> 0;
      case PARSING -> 0.05;
      case CHUNKING -> 0.1;
      case ENCODING -> 0.1 + 0.85 * chunksDone / Math.max(1, chunksTotal);
      case WRITING, DONE -> 0.97;
    };
  }

  void enter(ItemPhase next) {
    phase = next;
  }

  void encoding(int total) {
    chunksTotal = total;
    chunksDone = 0;
    phase = ItemPhase.ENCODING;
  }

  void encoded(int chunks) {
    chunksDone = chunks;
  }

  boolean cancelled() {
    return cancelled;
  }

  /**
   * Stops the work at its next step. Only parsing is interrupted: an interrupt that hits a thread
   * inside the ledger or the index would close their files.
   */
  synchronized void cancel() {
    cancelled = true;
    if (parsing != null) {
      parsing.interrupt();
    }
  }

  /** Parses on the calling thread, interruptibly; no interrupt is left behind. */
  ParseOutcome parse(Parse parse) throws InterruptedException {
    enter(ItemPhase.PARSING);
    synchronized (this) {
      if (cancelled) {
        throw new InterruptedException("cancelled before parsing");
      }
      parsing = Thread.currentThread();
    }
    try {
      return parse.run();
    } finally {
      synchronized (this) {
        parsing = null;
        Thread.interrupted();
      }
    }
  }

  interface Parse {
    ParseOutcome run() throws InterruptedException;
  }
}
