package io.retort.web.openai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a streamed chat completion and takes offence at the first thing that is not as promised.
 */
final class ChatStreamChecker {
  private static final JsonMapper JSON = new JsonMapper();
  private static final List<String> HEAD = List.of("id", "object", "created", "model");

  private final StringBuilder content = new StringBuilder();
  private final List<JsonNode> logprobs = new ArrayList<>();
  private @Nullable JsonNode annotations;
  private @Nullable JsonNode last;
  private @Nullable JsonNode usage;

  /** What a whole stream said. */
  record Told(
      String content,
      List<JsonNode> logprobs,
      @Nullable JsonNode annotations,
      JsonNode last,
      @Nullable JsonNode usage) {
    JsonNode retort() {
      return last.get("retort");
    }

    String finishReason() {
      return last.get("choices").get(0).get("finish_reason").asString();
    }
  }

  private ChatStreamChecker() {}

  /** The data of each event; comments are passed over, anything else is an error. */
  static List<String> data(String stream) {
    assertThat(stream).endsWith("\n\n");
    var data = new ArrayList<String>();
    for (String block : stream.split("\n\n")) {
      if (!block.equals(":")) {
        assertThat(block).startsWith("data: ").doesNotContain("\n").doesNotContain("\r");
        data.add(block.substring("data: ".length()));
      }
    }
    return data;
  }

  /**
   * @param withUsage whether the request asked for the usage
   */
  static Told check(String stream, boolean withUsage) {
    List<String> data = data(stream);
    assertThat(data.getLast()).as("last event").isEqualTo("[DONE]");
    List<JsonNode> chunks = data.subList(0, data.size() - 1).stream().map(JSON::readTree).toList();
    var checker = new ChatStreamChecker();
    for (int i = 0; i < chunks.size(); i++) {
      boolean usage = withUsage && i == chunks.size() - 1;
      checker.head(chunks.getFirst(), chunks.get(i), withUsage);
      if (usage) {
        checker.usage(chunks.get(i));
      } else {
        checker.chunk(chunks.get(i), i == 0, withUsage);
      }
    }
    assertThat(checker.last).as("a chunk with a finish reason").isNotNull();
    assertThat(checker.usage != null).as("usage").isEqualTo(withUsage);
    return new Told(
        checker.content.toString(),
        checker.logprobs,
        checker.annotations,
        checker.last,
        checker.usage);
  }

  private void head(JsonNode first, JsonNode chunk, boolean withUsage) {
    assertThat(chunk.isObject()).isTrue();
    for (String name : HEAD) {
      assertThat(chunk.get(name)).as(name).isNotNull().isEqualTo(first.get(name));
    }
    assertThat(chunk.get("id").asString()).startsWith("chatcmpl-ans_");
    assertThat(chunk.get("object").asString()).isEqualTo("chat.completion.chunk");
    assertThat(chunk.get("created").isIntegralNumber()).isTrue();
    assertThat(chunk.get("system_fingerprint")).isEqualTo(first.get("system_fingerprint"));
    assertThat(chunk.has("usage")).as("the field usage").isEqualTo(withUsage);
    var known =
        new ArrayList<>(
            List.of(
                "id",
                "object",
                "created",
                "model",
                "system_fingerprint",
                "choices",
                "usage",
                "citations",
                "retort"));
    assertThat(known).containsAll(chunk.propertyNames());
  }

  private void usage(JsonNode chunk) {
    assertThat(last).as("the finish reason comes before the usage").isNotNull();
    assertThat(chunk.get("choices").isArray()).isTrue();
    assertThat(chunk.get("choices")).isEmpty();
    assertThat(chunk.has("retort")).isFalse();
    usage = chunk.get("usage");
    assertThat(usage.propertyNames())
        .containsExactlyInAnyOrder("prompt_tokens", "completion_tokens", "total_tokens");
  }

  private void chunk(JsonNode chunk, boolean first, boolean withUsage) {
    assertThat(last).as("nothing follows the finish reason").isNull();
    if (withUsage) {
      assertThat(chunk.get("usage").isNull()).as("usage before the end is null").isTrue();
    }
    assertThat(chunk.get("choices")).hasSize(1);
    JsonNode choice = chunk.get("choices").get(0);
    assertThat(choice.propertyNames())
        .containsExactlyInAnyOrder("index", "delta", "logprobs", "finish_reason");
    assertThat(choice.get("index").intValue()).isZero();
    JsonNode delta = choice.get("delta");
    boolean end = !choice.get("finish_reason").isNull();
    assertThat(chunk.has("retort")).as("retort with the finish reason").isEqualTo(end);
    assertThat(chunk.has("citations")).as("citations with the finish reason").isEqualTo(end);
    if (first) {
      assertThat(delta).isEqualTo(JSON.readTree("{\"role\":\"assistant\",\"content\":\"\"}"));
      assertThat(end).isFalse();
    } else if (end) {
      assertThat(delta).as("delta beside a finish reason").isEqualTo(JSON.readTree("{}"));
      assertThat(choice.get("finish_reason").asString()).isIn("stop", "length");
      last = chunk;
    } else if (delta.has("annotations")) {
      assertThat(delta.propertyNames()).containsExactly("annotations");
      assertThat(annotations).as("annotations come once").isNull();
      annotations = delta.get("annotations");
      assertThat(annotations).isNotEmpty();
    } else {
      assertThat(delta.propertyNames()).containsExactly("content");
      assertThat(annotations).as("content comes before the annotations").isNull();
      assertThat(delta.get("content").isString()).isTrue();
      content.append(delta.get("content").asString());
      choice.get("logprobs").path("content").forEach(logprobs::add);
    }
  }
}
