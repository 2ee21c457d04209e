package io.retort.generator;

import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.data.SearchTimeoutException;
import io.retort.generator.GenerationEvent.Retrieved;
import io.retort.generator.Stopwatch.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The neighbours of one answer, entry after entry: those of the question, then those of each chunk
 * that was finished. Only the current entry's memory is kept. An entry counts, and is told, once it
 * serves a token; the question's at once. One request's; whoever made it closes it.
 */
final class Entries implements AutoCloseable {
  private final GenerationRequest request;
  private final NeighbourSource source;
  private final QuestionReader reader;
  private final RetroModel model;
  private final RequestLimits limits;
  private final Consumer<GenerationEvent> events;
  private final Stopwatch stopwatch;
  private final List<TraceEntry> trace = new ArrayList<>();
  private @Nullable AttendedNeighbours current;
  private @Nullable TraceEntry untold;
  private int retrievals;

  Entries(
      GenerationRequest request,
      NeighbourSource source,
      QuestionReader reader,
      RetroModel model,
      RequestLimits limits,
      Consumer<GenerationEvent> events,
      Stopwatch stopwatch) {
    this.request = request;
    this.source = source;
    this.reader = reader;
    this.model = model;
    this.limits = limits;
    this.events = events;
    this.stopwatch = stopwatch;
  }

  /** Retrieves for the question. */
  AttendedNeighbours first() {
    AttendedNeighbours first = retrieve("", 0);
    tell();
    return first;
  }

  /**
   * Puts the neighbours of a finished chunk in the place of the former ones, or keeps those if the
   * request says so.
   */
  AttendedNeighbours following(String chunk) {
    TraceEntry former = trace.getLast();
    int index = former.chunkIndex() + 1;
    if (!request.freezeNeighbours()) {
      return retrieve(chunk, index);
    }
    untold = new TraceEntry(index, former.query(), true, former.neighbours());
    return current();
  }

  private AttendedNeighbours retrieve(String chunk, int index) {
    List<Turn> history = index == 0 ? request.history() : List.of();
    var query = new NeighbourSource.Query(history, request.question(), chunk, index);
    List<Neighbour> neighbours;
    try (var _ = stopwatch.time(Stage.RETRIEVE)) {
      retrievals++;
      neighbours = source.neighbours(query);
    } catch (SearchTimeoutException e) {
      if (limits.over()) {
        throw new RunInterruptedException();
      }
      throw e;
    }
    untold = new TraceEntry(index, query.text(), false, neighbours);
    try (var _ = stopwatch.time(Stage.NEIGHBOUR_ENCODE)) {
      List<ReadNeighbour> read = reader.read(neighbours);
      close(); // before the next memory takes as much again
      current = AttendedNeighbours.of(read, model);
    }
    return current;
  }

  /** Tells the current entry, unless it has been told. */
  void tell() {
    if (untold != null) {
      trace.add(untold);
      events.accept(new Retrieved(untold));
      untold = null;
    }
  }

  private AttendedNeighbours current() {
    if (current == null) {
      throw new IllegalStateException("nothing was retrieved yet");
    }
    return current;
  }

  /** The entries that were told. */
  List<TraceEntry> trace() {
    return trace;
  }

  /** How often the source was asked. */
  int retrievals() {
    return retrievals;
  }

  @Override
  public void close() {
    if (current != null) {
      current.close();
      current = null;
    }
  }
}
