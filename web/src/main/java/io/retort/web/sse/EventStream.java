package io.retort.web.sse;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Events on their way to one client. Whoever makes events never waits for the socket: what the
 * client does not take is queued up to a limit, and beyond it the client counts as lost. A servlet
 * notices a lost client only when it writes, so silence is broken by a comment line.
 */
public final class EventStream {
  /** Bytes that may wait for a slow reader. */
  public static final int CAPACITY = 256 << 10;

  private static final Duration SILENCE = Duration.ofMillis(250);
  private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);

  private final JsonMapper json;
  private final Runnable onLost;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
  private long queued;
  private boolean finished;
  private boolean lost;

  /** {@code onLost} runs once, on any thread, when the client is gone or too slow. */
  public EventStream(JsonMapper json, Runnable onLost) {
    this.json = json;
    this.onLost = onLost;
  }

  /** Queues an event; false if nobody will read it. Nothing can follow a terminal event. */
  public boolean offer(String event, String id, Object data, boolean terminal) {
    return queue(
        "event: " + event + "\nid: " + id + "\ndata: " + json.writeValueAsString(data) + "\n\n",
        terminal);
  }

  /**
   * Queues events without name and id; false if nobody will read them. If they are terminal, the
   * last of them ends the stream.
   *
   * @param lines the data of each event, one line
   */
  public boolean offer(List<String> lines, boolean terminal) {
    var events = new StringBuilder();
    lines.forEach(line -> events.append("data: ").append(line).append("\n\n"));
    return queue(events.toString(), terminal);
  }

  private boolean queue(String events, boolean terminal) {
    byte[] bytes = events.getBytes(StandardCharsets.UTF_8);
    boolean overflow;
    lock.lock();
    try {
      if (finished || lost) {
        return false;
      }
      // The terminal event repeats the whole result and is the last: it may exceed the capacity.
      overflow = !terminal && queued + bytes.length > CAPACITY;
      if (overflow) {
        lost = true;
      } else {
        queue.add(bytes);
        queued += bytes.length;
        finished = terminal;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (overflow) {
      onLost.run();
    }
    return !overflow;
  }

  /** Writes events until the terminal one is out, on the calling thread, which waits a lot. */
  public void writeTo(HttpServletResponse response) throws IOException, InterruptedException {
    response.setContentType("text/event-stream");
    response.setCharacterEncoding("UTF-8");
    response.setHeader("Cache-Control", "no-cache");
    response.setHeader("X-Accel-Buffering", "no");
    boolean complete = false;
    try {
      ServletOutputStream out = response.getOutputStream();
      response.flushBuffer();
      while (!complete) {
        byte @Nullable [] next = next();
        out.write(next == null ? COMMENT : next);
        response.flushBuffer();
        complete = isDrained();
      }
    } finally {
      if (!complete) {
        lose();
      }
    }
  }

  private byte @Nullable [] next() throws IOException, InterruptedException {
    long nanos = SILENCE.toNanos();
    lock.lock();
    try {
      while (queue.isEmpty() && !lost && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      if (lost) {
        throw new IOException("the reader was too slow");
      }
      byte[] next = queue.poll();
      queued -= next == null ? 0 : next.length;
      return next;
    } finally {
      lock.unlock();
    }
  }

  private boolean isDrained() {
    lock.lock();
    try {
      return finished && queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private void lose() {
    boolean first;
    lock.lock();
    try {
      first = !lost && !(finished && queue.isEmpty());
      lost = true;
    } finally {
      lock.unlock();
    }
    if (first) {
      onLost.run();
    }
  }
}
