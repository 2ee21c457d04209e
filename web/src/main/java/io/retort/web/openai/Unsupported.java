package io.retort.web.openai;

import static java.util.Map.entry;

import io.retort.web.problem.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * Parameters of OpenAI's that would change an answer in ways that cannot be had here. A neutral
 * value, as frameworks like to send it, asks for nothing and is taken.
 */
final class Unsupported {
  private static final Map<String, Predicate<JsonNode>> NEUTRAL =
      Map.ofEntries(
          entry("n", is(1)),
          entry("tools", Unsupported::isEmpty),
          entry("functions", Unsupported::isEmpty),
          entry("tool_choice", is("none").or(is("auto"))),
          entry("response_format", value -> is("text").test(value.path("type"))),
          entry("top_logprobs", is(0)),
          entry("presence_penalty", is(0)),
          entry("frequency_penalty", is(0)),
          entry("logit_bias", Unsupported::isEmpty),
          entry("modalities", value -> value.isArray() && value.valueStream().allMatch(is("text"))),
          entry("audio", value -> false));

  private Unsupported() {}

  private static boolean isEmpty(JsonNode value) {
    return value.isContainer() && value.isEmpty();
  }

  private static Predicate<JsonNode> is(int number) {
    return value -> value.isNumber() && value.decimalValue().doubleValue() == number;
  }

  private static Predicate<JsonNode> is(String text) {
    return value -> value.isString() && value.stringValue().equals(text);
  }

  /** Whether the name is one of these, with whatever value. */
  static boolean knows(String name) {
    return NEUTRAL.containsKey(name);
  }

  /** Those of the parameters that ask for something. */
  static List<FieldError> errors(Map<String, JsonNode> parameters) {
    var errors = new ArrayList<FieldError>();
    parameters.forEach(
        (name, value) -> {
          Predicate<JsonNode> neutral = NEUTRAL.get(name);
          if (neutral != null && !value.isNull() && !neutral.test(value)) {
            errors.add(error(name));
          }
        });
    return errors;
  }

  static FieldError error(String field) {
    return new FieldError(field, "unsupported", "is not supported here");
  }
}
