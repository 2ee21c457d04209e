package io.retort.web.evaluation;

import static java.util.Objects.requireNonNull;

import io.retort.data.TextSpan;
import io.retort.generator.AnswerStyle;
import io.retort.web.evaluation.AnsweringService.Answered;
import io.retort.web.evaluation.AnsweringService.Cited;
import io.retort.web.evaluation.AnsweringService.Found;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts questions to a service, one after the other. For each there are an answer and a search, and
 * whatever is needed to see what was read: the text of neighbours that the search did not bring,
 * the paths of documents, the places of citations. For one thread.
 */
public final class CollectionReader {
  private static final int TRIES = 8;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

  private final AnsweringService service;
  private final AnswerStyle style;
  private final int searched;
  private final Map<String, String> paths = new HashMap<>();
  private EvaluationRun.@Nullable Model model;

  /**
   * @param style that the service answers in
   * @param k neighbours that it reads, null if that is its own affair
   */
  public CollectionReader(AnsweringService service, AnswerStyle style, @Nullable Integer k) {
    this.service = requireNonNull(service, "service");
    this.style = requireNonNull(style, "style");
    this.searched = Math.max(Row.SEARCHED, k == null ? 0 : k);
  }

  /** The models that have answered, null before the first answer. */
  public EvaluationRun.@Nullable Model model() {
    return model;
  }

  /**
   * Asks one question.
   *
   * @param knockOut whether its cited neighbours are put to the test
   * @throws RefusedCallException if it would be the same with every other question
   */
  public Row read(Question question, boolean knockOut)
      throws RefusedCallException, IOException, InterruptedException {
    try {
      return ask(question, knockOut);
    } catch (RefusedCallException e) {
      if (e.isOfQuestion()) {
        return Row.failed(question, String.valueOf(e.getMessage()));
      }
      throw e;
    }
  }

  private Row ask(Question question, boolean knockOut)
      throws RefusedCallException, IOException, InterruptedException {
    Answered answer = patiently(() -> service.answer(question.text(), knockOut));
    model = answer.model();
    Map<String, ReadNeighbour> known = new HashMap<>();
    List<ReadNeighbour> found = new ArrayList<>();
    for (Found neighbour : patiently(() -> service.search(question.text(), searched))) {
      ReadNeighbour seen = read(neighbour);
      found.add(seen);
      known.put(neighbour.chunkId(), seen);
    }
    List<ReadNeighbour> read = new ArrayList<>();
    for (Found neighbour : answer.neighbours()) {
      ReadNeighbour from = known.get(neighbour.chunkId());
      if (from == null) {
        from = read(neighbour);
        known.put(neighbour.chunkId(), from);
      }
      read.add(from);
    }
    List<Said.Cited> citations = new ArrayList<>();
    for (Cited citation : answer.citations()) {
      citations.add(cited(citation, known));
    }
    Row row = Row.of(question, style, said(answer, citations), read, found);
    return knockOut && !answer.citations().isEmpty() ? knockedOut(row, answer, read) : row;
  }

  private static Said said(Answered answer, List<Said.Cited> citations) {
    List<Double> copied = answer.copyShares();
    Long first = answer.firstTokenMs();
    return new Said(
        answer.text(),
        answer.reason(),
        answer.finishReason(),
        answer.confidence(),
        citations,
        answer.unsupported(),
        copied.size(),
        copied.isEmpty()
            ? null
            : copied.stream().mapToDouble(Double::doubleValue).sum() / copied.size(),
        first == null ? null : first.doubleValue(),
        answer.totalMs());
  }

  /** A neighbour with its path, and its continuation if it lacks that. */
  private ReadNeighbour read(Found neighbour)
      throws RefusedCallException, IOException, InterruptedException {
    String text = neighbour.text();
    TextSpan continuation = neighbour.continuation();
    if (continuation != null) {
      String more = passage(neighbour.documentId(), neighbour.version(), continuation);
      text = more == null ? text : text + more;
    }
    int start = neighbour.span().start();
    return new ReadNeighbour(
        neighbour.chunkId(),
        neighbour.documentId(),
        path(neighbour.documentId()),
        new TextSpan(start, start + text.codePointCount(0, text.length())),
        text);
  }

  private Said.Cited cited(Cited citation, Map<String, ReadNeighbour> known)
      throws RefusedCallException, IOException, InterruptedException {
    Row.Place place = citation.place();
    ReadNeighbour neighbour = known.get(citation.chunkId());
    String there = neighbour == null ? null : neighbour.at(place.span());
    if (there == null) {
      there = passage(place.documentId(), place.version(), place.span()); // of a later retrieval
    }
    if (neighbour == null && there != null) {
      neighbour =
          new ReadNeighbour(
              citation.chunkId(),
              place.documentId(),
              path(place.documentId()),
              place.span(),
              there);
    }
    return new Said.Cited(
        citation.title(),
        neighbour,
        citation.quote(),
        there == null ? null : there.equals(citation.quote()),
        place);
  }

  /** What masking the first cited neighbour costs, and whether masking any other costs less. */
  private Row knockedOut(Row row, Answered answer, List<ReadNeighbour> read)
      throws RefusedCallException, IOException, InterruptedException {
    String cited = answer.citations().getFirst().chunkId();
    double cost = nats(answer, cited);
    boolean agreed = true;
    for (ReadNeighbour other : read) {
      agreed = agreed && (other.chunkId().equals(cited) || nats(answer, other.chunkId()) < cost);
    }
    return row.withKnockOut(cost, agreed);
  }

  private double nats(Answered answer, String chunk)
      throws RefusedCallException, IOException, InterruptedException {
    return patiently(() -> service.knockOut(answer.id(), chunk));
  }

  private @Nullable String passage(String document, int version, TextSpan span)
      throws RefusedCallException, IOException, InterruptedException {
    return patiently(() -> service.passage(document, version, span));
  }

  private @Nullable String path(String document)
      throws RefusedCallException, IOException, InterruptedException {
    String path = paths.get(document);
    if (path == null) {
      String found = patiently(() -> service.path(document));
      path = found == null ? "" : found;
      paths.put(document, path);
    }
    return path.isEmpty() ? null : path;
  }

  private interface Call<T extends @Nullable Object> {
    T make() throws RefusedCallException, IOException, InterruptedException;
  }

  /** What the service puts off is asked again, later each time. */
  private static <T extends @Nullable Object> T patiently(Call<T> call)
      throws RefusedCallException, IOException, InterruptedException {
    Duration pause = FIRST_PAUSE;
    for (int attempt = 1; ; attempt++) {
      try {
        return call.make();
      } catch (RefusedCallException e) {
        if (attempt == TRIES || !e.isPutOff()) {
          throw e;
        }
        Thread.sleep(pause);
        pause = pause.multipliedBy(2);
      }
    }
  }
}
