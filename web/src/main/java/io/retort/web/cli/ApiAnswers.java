package io.retort.web.cli;

import io.retort.data.TextSpan;
import io.retort.generator.AnswerStyle;
import io.retort.web.cli.Replies.Answer;
import io.retort.web.cli.Replies.Citation;
import io.retort.web.cli.Replies.Neighbour;
import io.retort.web.cli.Replies.Search;
import io.retort.web.cli.Replies.Span;
import io.retort.web.evaluation.AnsweringService;
import io.retort.web.evaluation.EvaluationRun;
import io.retort.web.evaluation.RefusedCallException;
import io.retort.web.evaluation.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers from a collection over the API, which is how users get them. */
final class ApiAnswers implements AnsweringService {
  private final Api api;
  private final String collection;
  private final AnswerStyle style;
  private final @Nullable Integer k;
  private final @Nullable Double minConfidence;

  ApiAnswers(
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

  @Override
  public Answered answer(String question, boolean kept)
      throws RefusedCallException, IOException, InterruptedException {
    ObjectNode request =
        Json.object()
            .put("question", question)
            .put("collection", collection)
            .put("style", style.toString())
            .put("store", kept);
    if (k != null) {
      request.put("k", k);
    }
    if (minConfidence != null) {
      request.put("min_confidence", minConfidence);
    }
    request.set("include", Json.strings(List.of("tokens", "neighbour_text")));
    Answer answer = Json.read(made(() -> api.post("/answers", request)), Answer.class);
    List<Double> copyShares = new ArrayList<>();
    if (answer.tokens() != null) {
      answer.tokens().forEach(t -> copyShares.add(t.copyShare() == null ? 0 : t.copyShare()));
    }
    return new Answered(
        answer.id(),
        new EvaluationRun.Model(
            answer.model().decoder(),
            answer.model().encoder(),
            answer.model().fingerprint(),
            answer.model().device()),
        answer.abstained() ? null : answer.answer(),
        answer.reason(),
        answer.finishReason(),
        answer.confidence(),
        answer.neighbours().stream().map(ApiAnswers::read).toList(),
        answer.citations().stream().map(ApiAnswers::cited).toList(),
        answer.unsupported().size(),
        copyShares,
        answer.timings().firstTokenMs(),
        answer.timings().totalMs());
  }

  private static Found read(Neighbour neighbour) {
    Span continuation = neighbour.continuation();
    return new Found(
        neighbour.chunkId(),
        neighbour.documentId(),
        neighbour.version(),
        span(neighbour.span()),
        continuation == null ? null : span(continuation),
        neighbour.text() == null ? "" : neighbour.text());
  }

  private static Cited cited(Citation citation) {
    return new Cited(
        citation.title(),
        citation.chunkId(),
        new Row.Place(citation.documentId(), citation.version(), span(citation.sourceSpan())),
        citation.quote());
  }

  private static TextSpan span(Span span) {
    return new TextSpan(span.start(), span.end());
  }

  @Override
  public List<Found> search(String query, int wanted)
      throws RefusedCallException, IOException, InterruptedException {
    ObjectNode request =
        Json.object().put("query", query).put("collection", collection).put("k", wanted);
    request.set("include", Json.strings(List.of("continuation_text")));
    JsonNode reply = made(() -> api.post("/search", request));
    return Json.read(reply, Search.class).neighbours().stream().map(ApiAnswers::found).toList();
  }

  private static Found found(Neighbour neighbour) {
    String text = neighbour.text() == null ? "" : neighbour.text();
    String continuation = neighbour.continuationText();
    return new Found(
        neighbour.chunkId(),
        neighbour.documentId(),
        neighbour.version(),
        span(neighbour.span()),
        null,
        continuation == null ? text : text + continuation);
  }

  @Override
  public @Nullable String passage(String documentId, int version, TextSpan span)
      throws RefusedCallException, IOException, InterruptedException {
    String query = "?start=%d&end=%d&version=%d".formatted(span.start(), span.end(), version);
    JsonNode passage = unlessHidden("/documents/" + Api.quoted(documentId) + "/passage" + query);
    return passage == null ? null : Json.read(passage, Replies.Passage.class).text();
  }

  @Override
  public @Nullable String path(String documentId)
      throws RefusedCallException, IOException, InterruptedException {
    JsonNode found = unlessHidden("/documents/" + Api.quoted(documentId));
    return found == null ? null : Json.read(found, Replies.Document.class).path();
  }

  @Override
  public double knockOut(String answerId, String chunkId)
      throws RefusedCallException, IOException, InterruptedException {
    ObjectNode request = Json.object();
    request.set("chunk_ids", Json.strings(List.of(chunkId)));
    JsonNode reply =
        made(() -> api.post("/answers/" + Api.quoted(answerId) + ":knock-out", request));
    return Json.read(reply, Replies.KnockOut.class).knockOut();
  }

  private @Nullable JsonNode unlessHidden(String path)
      throws RefusedCallException, IOException, InterruptedException {
    return made(
        () -> {
          try {
            return api.get(path);
          } catch (ProblemException e) {
            if (e.status() == 403 || e.status() == 404 || e.status() == 410) {
              return null;
            }
            throw e;
          }
        });
  }

  private interface Call<T extends @Nullable JsonNode> {
    T make() throws IOException, InterruptedException;
  }

  private static <T extends @Nullable JsonNode> T made(Call<T> call)
      throws RefusedCallException, IOException, InterruptedException {
    try {
      return call.make();
    } catch (ProblemException e) {
      throw new RefusedCallException(e.status(), e.code(), e);
    }
  }
}
