package io.retort.generator.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.retort.data.RequestLimits;
import io.retort.generator.GenerationFailedException;
import io.retort.generator.RunInterruptedException;
import java.util.HashSet;
import java.util.Set;

/**
 * Ends runs of the graphs whose request is over: one thread looks at the limits of all runs while
 * there are any. Whoever made a watch closes it.
 */
final class RunWatch implements AutoCloseable {
  private static final int PERIOD_MILLIS = 10;

  private final Handles handles;
  private final Set<Run> runs = new HashSet<>();
  private boolean open = true;

  RunWatch(Handles handles) {
    this.handles = handles;
    Thread.ofPlatform().name("retort-run-watch").daemon().start(this::watch);
  }

  private synchronized void watch() {
    try {
      while (open) {
        if (runs.isEmpty()) {
          wait();
        } else {
          wait(PERIOD_MILLIS);
          runs.forEach(Run::look);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody does; the runs then go on to their end
    }
  }

  /** Options for runs that end when {@code limits} run out. Whoever asked closes them. */
  synchronized Run run(RequestLimits limits) throws OrtException {
    var run = new Run(limits);
    runs.add(run);
    notifyAll();
    return run;
  }

  @Override
  public synchronized void close() {
    open = false;
    notifyAll();
  }

  /** The options of one run, or of several one after the other. */
  final class Run implements AutoCloseable {
    private final RequestLimits limits;
    private final OrtSession.RunOptions options;

    private Run(RequestLimits limits) throws OrtException {
      this.limits = limits;
      this.options = new OrtSession.RunOptions();
      handles.opened();
    }

    OrtSession.RunOptions options() {
      return options;
    }

    /** What a run's failure means: that it was ended, or that it failed. */
    RuntimeException failure(String graph, OrtException e) {
      return limits.over()
          ? new RunInterruptedException()
          : new GenerationFailedException("the graph " + graph + " failed", e);
    }

    private void look() {
      if (limits.over()) {
        try {
          options.setTerminate(true);
        } catch (OrtException e) {
          throw new IllegalStateException("a run could not be ended", e);
        }
      }
    }

    @Override
    public void close() {
      synchronized (RunWatch.this) {
        if (runs.remove(this)) {
          options.close();
          handles.closed();
        }
      }
    }
  }
}
