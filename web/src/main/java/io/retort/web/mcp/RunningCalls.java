package io.retort.web.mcp;

import io.retort.data.CancelSignal;
import io.retort.web.access.Caller;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * The calls that are under way, so that a later message can stop one. Ids of requests are a
 * client's own, and several clients may share a key: a call is found by its caller, the session
 * that the client names, and its id. Safe for use by many threads.
 */
@Component
final class RunningCalls {
  private final Map<Key, List<CancelSignal>> running = new HashMap<>();

  private record Key(String principal, String session, JsonNode id) {}

  /** A call that is under way until it is closed. */
  interface Entry extends AutoCloseable {
    @Override
    void close();
  }

  synchronized Entry enter(Caller caller, String session, JsonNode id, CancelSignal cancel) {
    var key = new Key(caller.id(), session, id);
    running.computeIfAbsent(key, _ -> new ArrayList<>()).add(cancel);
    return () -> leave(key, cancel);
  }

  private synchronized void leave(Key key, CancelSignal cancel) {
    running.computeIfPresent(
        key,
        (_, signals) -> {
          signals.remove(cancel);
          return signals.isEmpty() ? null : signals;
        });
  }

  /** Stops a call; not if there is none, or if there are several of which any could be meant. */
  void cancel(Caller caller, String session, JsonNode id) {
    List<CancelSignal> meant;
    synchronized (this) {
      meant = List.copyOf(running.getOrDefault(new Key(caller.id(), session, id), List.of()));
    }
    if (meant.size() == 1) {
      meant.getFirst().cancel();
    }
  }

  synchronized int size() {
    return running.size();
  }
}
