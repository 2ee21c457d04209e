package io.retort.web.access;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Places for so many requests at once, and a queue for those that come too late. There principals
 * take turns, each one's requests in the order in which they came, and an API key may fill half of
 * the queue: a key that floods takes neither the room nor the turn of another. What does not fit is
 * refused at once. Safe for use by many threads.
 *
 * @param <T> what stands for a request, told apart by identity
 */
public final class Places<T> {
  private final String name;
  private final int count;
  private final int mostWaiting;
  private final Supplier<Duration> wait;

  /** By principal, in the order of their turns; none is empty. */
  private final Map<String, Deque<T>> queues = new LinkedHashMap<>();

  private int taken;
  private int waiting;

  /**
   * Free places.
   *
   * @param name of what is waited for, in the refusal
   * @param wait after how long it is worth to ask again
   */
  public Places(String name, int count, int mostWaiting, Supplier<Duration> wait) {
    this.name = name;
    this.count = count;
    this.mostWaiting = mostWaiting;
    this.wait = wait;
  }

  /**
   * Takes a place, or waits in the queue until {@link #leave} gives one to {@code request}.
   *
   * @return whether it has its place already
   * @throws ApiException if it may not even wait
   */
  public synchronized boolean enter(Caller caller, T request) {
    refuse(caller);
    if (taken < count) {
      taken++;
      return true;
    }
    queues.computeIfAbsent(caller.id(), _ -> new ArrayDeque<>()).add(request);
    waiting++;
    return false;
  }

  /**
   * Refuses what {@link #enter} would refuse now.
   *
   * @throws ApiException as it does
   */
  public synchronized void refuse(Caller caller) {
    if (taken < count) {
      return;
    }
    if (waiting >= mostWaiting) {
      throw ApiException.retryAfter(
          ProblemCode.OVERLOADED,
          "%d requests wait for %s already".formatted(waiting, name),
          wait.get());
    }
    int own = waitingOf(caller);
    if (caller.isKey() && own >= Math.ceilDiv(mostWaiting, 2)) {
      throw ApiException.retryAfter(
          ProblemCode.RATE_LIMITED,
          "%d requests of this key wait for %s already, which is half of all that may wait"
              .formatted(own, name),
          wait.get());
    }
  }

  private int waitingOf(Caller caller) {
    Deque<T> own = queues.get(caller.id());
    return own == null ? 0 : own.size();
  }

  /** Gives a place back. The request whose turn it is has it now; null if none waits. */
  public synchronized @Nullable T leave() {
    Iterator<Map.Entry<String, Deque<T>>> turns = queues.entrySet().iterator();
    if (!turns.hasNext()) {
      taken--;
      return null;
    }
    Map.Entry<String, Deque<T>> turn = turns.next();
    String principal = turn.getKey();
    Deque<T> own = turn.getValue();
    turns.remove();
    T next = own.remove();
    waiting--;
    if (!own.isEmpty()) {
      queues.put(principal, own); // behind all others
    }
    return next;
  }

  /** Takes a request out of the queue; false if it does not wait there. */
  public synchronized boolean giveUp(Caller caller, T request) {
    Deque<T> own = queues.get(caller.id());
    if (own == null || !own.removeIf(each -> each == request)) {
      return false;
    }
    waiting--;
    if (own.isEmpty()) {
      queues.remove(caller.id());
    }
    return true;
  }

  public synchronized int waiting() {
    return waiting;
  }

  public synchronized int taken() {
    return taken;
  }

  /** Whether nobody could enter now. */
  public synchronized boolean full() {
    return taken == count && waiting >= mostWaiting;
  }
}
