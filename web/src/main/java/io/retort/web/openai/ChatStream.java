package io.retort.web.openai;

import io.retort.web.answers.AnswerListener;
import io.retort.web.answers.AnswerPlan;
import io.retort.web.answers.AnswerView.TokenView;
import io.retort.web.openai.ChatCompletion.Annotation;
import io.retort.web.openai.ChatCompletion.Logprobs;
import io.retort.web.problem.ApiException;
import io.retort.web.sse.EventStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * An answer as chunks of a chat completion: the role, the content, the annotations, an empty chunk
 * with the finish reason, the usage if it was asked for, {@code [DONE]}. Text never shares a chunk
 * with the finish reason.
 */
final class ChatStream implements AnswerListener {
  private static final String DONE = "[DONE]";

  private final EventStream out;
  private final JsonMapper json;
  private final AnswerPlan plan;
  private final ChatBody request;

  ChatStream(EventStream out, JsonMapper json, AnswerPlan plan, ChatBody request) {
    this.out = out;
    this.json = json;
    this.plan = plan;
    this.request = request;
  }

  private record RoleDelta(String role, String content) {}

  private record ContentDelta(String content) {}

  private record AnnotationsDelta(List<Annotation> annotations) {}

  private record ChunkChoice(
      int index, Object delta, @Nullable Logprobs logprobs, @Nullable String finishReason) {
    static ChunkChoice of(Object delta) {
      return new ChunkChoice(0, delta, null, null);
    }
  }

  /** Before the answer is begun. */
  void begin() {
    offer(chunk(ChunkChoice.of(new RoleDelta("assistant", ""))));
  }

  @Override
  public void on(String event, Object data) {
    if (data instanceof TokenView token && (request.withLogprobs() || !token.text().isEmpty())) {
      Logprobs logprobs = request.withLogprobs() ? Logprobs.of(List.of(token)) : null;
      offer(chunk(new ChunkChoice(0, new ContentDelta(token.text()), logprobs, null)));
    }
  }

  /** One terminal block, however large: a reader that has kept up is not too slow for it. */
  void end(ChatAnswer answer) {
    var lines = new ArrayList<String>();
    if (answer.view().abstained()) {
      lines.add(line(chunk(ChunkChoice.of(new ContentDelta(answer.content())))));
    }
    List<Annotation> annotations = answer.annotations();
    if (!annotations.isEmpty()) {
      lines.add(line(chunk(ChunkChoice.of(new AnnotationsDelta(annotations)))));
    }
    var last = chunk(new ChunkChoice(0, Map.of(), null, answer.finishReason()));
    last.put("citations", answer.view().citations());
    last.put("retort", answer.extension());
    lines.add(line(last));
    if (request.withUsage()) {
      Map<String, @Nullable Object> usage = chunk(null);
      usage.put("usage", answer.usage());
      lines.add(line(usage));
    }
    lines.add(DONE);
    out.offer(lines, true);
  }

  /** The error is the last event: a stream that failed is never done. */
  void fail(ApiException problem) {
    out.offer(List.of(json.writeValueAsString(OpenAiError.of(problem))), true);
  }

  private Map<String, @Nullable Object> chunk(@Nullable ChunkChoice choice) {
    var chunk = new LinkedHashMap<String, @Nullable Object>();
    chunk.put("id", ChatAnswer.id(plan.id()));
    chunk.put("object", "chat.completion.chunk");
    chunk.put("created", plan.createdAt().getEpochSecond());
    chunk.put("model", request.model());
    chunk.put("system_fingerprint", plan.models().fingerprint());
    chunk.put("choices", choice == null ? List.of() : List.of(choice));
    if (request.withUsage()) {
      chunk.put("usage", null);
    }
    return chunk;
  }

  private void offer(Map<String, @Nullable Object> chunk) {
    out.offer(List.of(line(chunk)), false);
  }

  private String line(Map<String, @Nullable Object> chunk) {
    return json.writeValueAsString(chunk);
  }
}
