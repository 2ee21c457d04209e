package io.retort.web.cli;

import io.retort.data.TextSpan;
import io.retort.generator.AnswerStyle;
import io.retort.web.cli.Replies.Answer;
import io.retort.web.cli.Replies.Citation;
import io.retort.web.cli.Replies.Neighbour;
import io.retort.web.cli.Replies.Search;
import io.retort.web.cli.Replies.Span;
import io.retort.web.cli.Replies.Token;
import io.retort.web.evaluation.EvaluationRun;
import io.retort.web.evaluation.Question;
import io.retort.web.evaluation.ReadNeighbour;
import io.retort.web.evaluation.Row;
import io.retort.web.evaluation.Said;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Asks the service the questions of an evaluation, one after the other. For each there are an
 * answer and a search, and whatever is needed to see what was read: the text of neighbours that the
 * search did not bring, the paths of documents, the places of citations.
 */
final class ServiceReader {
  private static final int SEARCHED = 10;
  private static final int TRIES = 8;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

  private final Api api;
  private final String collection;
  private final AnswerStyle style;
  private final @Nullable Integer k;
  private final @Nullable Double minConfidence;
  private final Map<String, String> paths = new HashMap<>();
  private EvaluationRun.@Nullable Model model;

  ServiceReader(
      Api api,
      String collection,
      AnswerStyle style,
      @Nullable Integer k,
      @Nullable Double minConfidence) {
    this.api = api;
    this.collection = collection;
    this.style = style;
    this.k = k;
    this.minConfidence = minConfidence;
  }

  /** The models that have answered, null before the first answer. */
  EvaluationRun.@Nullable Model model() {
    return model;
  }

  /**
   * Asks one question.
   *
   * @param knockOut whether its cited neighbours are put to the test
   */
  Row read(Question question, boolean knockOut) throws IOException, InterruptedException {
    try {
      return ask(question, knockOut);
    } catch (ProblemException e) {
      if (ofQuestion(e)) {
        return Row.failed(question, String.valueOf(e.getMessage()));
      }
      throw e; // would be the same with every other question
    }
  }

  private static boolean ofQuestion(ProblemException problem) {
    return switch (problem.status()) {
      case 400, 410, 422, 500, 504 -> !problem.code().isEmpty();
      default -> false;
    };
  }

  private Row ask(Question question, boolean knockOut) throws IOException, InterruptedException {
    ObjectNode request =
        Json.object()
            .put("question", question.text())
            .put("collection", collection)
            .put("style", style.toString())
            .put("store", knockOut);
    if (k != null) {
      request.put("k", k);
    }
    if (minConfidence != null) {
      request.put("min_confidence", minConfidence);
    }
    request.set("include", Json.strings(List.of("tokens", "neighbour_text")));
    Answer answer = Json.read(post("/answers", request), Answer.class);
    model =
        new EvaluationRun.Model(
            answer.model().decoder(),
            answer.model().encoder(),
            answer.model().fingerprint(),
            answer.model().device());
    Map<String, ReadNeighbour> known = new HashMap<>();
    List<ReadNeighbour> found = search(question, known);
    List<ReadNeighbour> read = new ArrayList<>();
    for (Neighbour neighbour : answer.neighbours()) {
      ReadNeighbour from = known.get(neighbour.chunkId());
      if (from == null) {
        from = read(neighbour);
        known.put(neighbour.chunkId(), from);
      }
      read.add(from);
    }
    List<Said.Cited> citations = new ArrayList<>();
    for (Citation citation : answer.citations()) {
      citations.add(cited(citation, known));
    }
    Row row = Row.of(question, style, said(answer, citations), read, found);
    return knockOut && !answer.citations().isEmpty() ? knockedOut(row, answer, read) : row;
  }

  private static Said said(Answer answer, List<Said.Cited> citations) {
    List<Token> tokens = answer.tokens() == null ? List.of() : answer.tokens();
    double copied = 0;
    for (Token token : tokens) {
      copied += token.copyShare() == null ? 0 : token.copyShare();
    }
    Long first = answer.timings().firstTokenMs();
    return new Said(
        answer.abstained() ? null : answer.answer(),
        answer.reason(),
        answer.finishReason(),
        answer.confidence(),
        citations,
        answer.unsupported().size(),
        tokens.size(),
        tokens.isEmpty() ? null : copied / tokens.size(),
        first == null ? null : first.doubleValue(),
        answer.timings().totalMs());
  }

  /**
   * The ten best of a search, which has texts and continuations; {@code known} takes them by id.
   */
  private List<ReadNeighbour> search(Question question, Map<String, ReadNeighbour> known)
      throws IOException, InterruptedException {
    ObjectNode request =
        Json.object()
            .put("query", question.text())
            .put("collection", collection)
            .put("k", Math.max(SEARCHED, k == null ? 0 : k));
    request.set("include", Json.strings(List.of("continuation_text")));
    List<ReadNeighbour> found = new ArrayList<>();
    for (Neighbour neighbour : Json.read(post("/search", request), Search.class).neighbours()) {
      String text = neighbour.text() == null ? "" : neighbour.text();
      String continuation = neighbour.continuationText();
      ReadNeighbour seen = of(neighbour, continuation == null ? text : text + continuation);
      found.add(seen);
      known.put(neighbour.chunkId(), seen);
    }
    return found;
  }

  /** A neighbour that the search did not bring, its continuation looked up. */
  private ReadNeighbour read(Neighbour neighbour) throws IOException, InterruptedException {
    String text = neighbour.text() == null ? "" : neighbour.text();
    Span continuation = neighbour.continuation();
    if (continuation != null) {
      String more = passage(neighbour.documentId(), neighbour.version(), continuation);
      text = more == null ? text : text + more;
    }
    return of(neighbour, text);
  }

  private ReadNeighbour of(Neighbour neighbour, String text)
      throws IOException, InterruptedException {
    int start = neighbour.span().start();
    return new ReadNeighbour(
        neighbour.chunkId(),
        neighbour.documentId(),
        path(neighbour.documentId()),
        new TextSpan(start, start + text.codePointCount(0, text.length())),
        text);
  }

  private Said.Cited cited(Citation citation, Map<String, ReadNeighbour> known)
      throws IOException, InterruptedException {
    Span span = citation.sourceSpan();
    var place = new TextSpan(span.start(), span.end());
    ReadNeighbour neighbour = known.get(citation.chunkId());
    String there = neighbour == null ? null : neighbour.at(place);
    if (there == null) {
      there = passage(citation.documentId(), citation.version(), span); // of a later retrieval
    }
    if (neighbour == null && there != null) {
      neighbour =
          new ReadNeighbour(
              citation.chunkId(), citation.documentId(), path(citation.documentId()), place, there);
    }
    return new Said.Cited(
        citation.title(),
        neighbour,
        citation.quote(),
        there == null ? null : there.equals(citation.quote()));
  }

  /** What masking the first cited neighbour costs, and whether masking any other costs less. */
  private Row knockedOut(Row row, Answer answer, List<ReadNeighbour> read)
      throws IOException, InterruptedException {
    String cited = answer.citations().getFirst().chunkId();
    double cost = nats(answer, cited);
    boolean agreed = true;
    for (ReadNeighbour other : read) {
      agreed = agreed && (other.chunkId().equals(cited) || nats(answer, other.chunkId()) < cost);
    }
    return row.withKnockOut(cost, agreed);
  }

  private double nats(Answer answer, String chunk) throws IOException, InterruptedException {
    ObjectNode request = Json.object();
    request.set("chunk_ids", Json.strings(List.of(chunk)));
    JsonNode reply = post("/answers/" + Api.quoted(answer.id()) + ":knock-out", request);
    return Json.read(reply, Replies.KnockOut.class).knockOut();
  }

  /** Null if the credential may not read it, or it is gone. */
  private @Nullable String passage(String document, int version, Span span)
      throws IOException, InterruptedException {
    String query = "?start=%d&end=%d&version=%d".formatted(span.start(), span.end(), version);
    JsonNode passage = unlessHidden("/documents/" + Api.quoted(document) + "/passage" + query);
    return passage == null ? null : Json.read(passage, Replies.Passage.class).text();
  }

  private @Nullable String path(String document) throws IOException, InterruptedException {
    String path = paths.get(document);
    if (path == null) {
      JsonNode found = unlessHidden("/documents/" + Api.quoted(document));
      path = found == null ? "" : Json.read(found, Replies.Document.class).path();
      paths.put(document, path);
    }
    return path.isEmpty() ? null : path;
  }

  private @Nullable JsonNode unlessHidden(String path) throws IOException, InterruptedException {
    try {
      return patiently(() -> api.get(path));
    } catch (ProblemException e) {
      if (e.status() == 403 || e.status() == 404 || e.status() == 410) {
        return null;
      }
      throw e;
    }
  }

  private JsonNode post(String path, ObjectNode body) throws IOException, InterruptedException {
    return patiently(() -> api.post(path, body));
  }

  private interface Call {
    JsonNode make() throws IOException, InterruptedException;
  }

  /** Others use the service too: what it puts off is asked again, later each time. */
  private static JsonNode patiently(Call call) throws IOException, InterruptedException {
    Duration pause = FIRST_PAUSE;
    for (int attempt = 1; ; attempt++) {
      try {
        return call.make();
      } catch (ProblemException e) {
        if (attempt == TRIES || (e.status() != 429 && e.status() != 503)) {
          throw e;
        }
        Thread.sleep(pause);
        pause = pause.multipliedBy(2);
      }
    }
  }
}
