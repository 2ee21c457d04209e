package io.retort.encoder.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.retort.encoder.DeviceOutcome;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A session of one graph and the device it runs on. Safe for use by many threads; {@link #close}
 * waits for calls that are under way, since the runtime would read freed memory. Whoever opens a
 * model closes it.
 */
public final class OnnxModel implements AutoCloseable {
  private final OrtSession session;
  private final DeviceOutcome device;
  private final long weightBytes;
  private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
  private boolean closed;

  OnnxModel(OrtSession session, DeviceOutcome device, long weightBytes) {
    this.session = session;
    this.device = device;
    this.weightBytes = weightBytes;
  }

  public DeviceOutcome device() {
    return device;
  }

  /**
   * What the files of the weights have. The runtime tells Java nothing of its allocators; it maps
   * these files, and packs some of them a second time.
   */
  public long weightBytes() {
    return weightBytes;
  }

  /** Work with an open session; what it returns must own no native memory. */
  @FunctionalInterface
  public interface Call<T> {
    T with(OrtSession session) throws OrtException;
  }

  /**
   * Does {@code call} while the session is kept open.
   *
   * @throws IllegalStateException if the model is closed
   */
  public <T> T run(Call<T> call) throws OrtException {
    use.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the model is closed");
      }
      return call.with(session);
    } finally {
      use.readLock().unlock();
    }
  }

  @Override
  public void close() {
    use.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        session.close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException("a session could not be closed", e);
    } finally {
      use.writeLock().unlock();
    }
  }
}
