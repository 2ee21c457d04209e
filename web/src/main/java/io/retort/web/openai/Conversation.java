package io.retort.web.openai;

import io.retort.generator.Turn;
import io.retort.web.json.OtherFields;
import io.retort.web.json.RecordReader;
import io.retort.web.openai.ChatBody.Message;
import io.retort.web.openai.ChatBody.Role;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Messages as question and history.
 *
 * @param question the last message
 * @param place of the question in the request
 * @param history earlier turns that count, oldest first
 * @param ignored places of messages and of their fields that are of no effect
 */
record Conversation(String question, String place, List<Turn> history, List<String> ignored) {
  /** Characters of a message that goes before a question; the model could not read more. */
  private static final int LONGEST_TURN = 10_000;

  Conversation {
    history = List.copyOf(history);
    ignored = List.copyOf(ignored);
  }

  /** A piece of a message's content; only texts are taken. */
  @Schema(name = "ChatContentPart")
  record Part(
      @NotNull @Size(min = 1, max = 50) String type,
      @Nullable String text,
      @OtherFields Map<String, JsonNode> others) {}

  private record Parts(List<Part> content) {}

  /**
   * @param turns how many pairs of question and answer before the question count
   */
  static Conversation of(List<Message> messages, int turns) {
    refuseTools(messages);
    var texts = new ArrayList<@Nullable String>();
    for (int i = 0; i < messages.size(); i++) {
      texts.add(text(messages.get(i), place(i)));
    }
    int last = messages.size() - 1;
    String question = texts.get(last);
    if (messages.get(last).role() != Role.USER) {
      throw wrong(place(last), "not_allowed", "must be of the role user: it is the question");
    }
    if (question == null) {
      throw missing(place(last) + ".content");
    }
    Set<Integer> used = new HashSet<>(Set.of(last));
    List<Turn> history = history(messages, texts, turns, used);
    var ignored = new ArrayList<String>();
    for (int i = 0; i < messages.size(); i++) {
      String place = place(i);
      if (used.contains(i)) {
        messages.get(i).others().keySet().forEach(name -> ignored.add(place + "." + name));
      } else {
        ignored.add(place);
      }
    }
    return new Conversation(question, place(last) + ".content", history, ignored);
  }

  private static String place(int index) {
    return "messages[" + index + "]";
  }

  private static ApiException wrong(String field, String code, String message) {
    return ApiException.wrongField(
        ProblemCode.INVALID_PARAMETER, new FieldError(field, code, message));
  }

  private static ApiException missing(String field) {
    return ApiException.wrongField(
        ProblemCode.MISSING_FIELD, new FieldError(field, "missing_field", "is missing"));
  }

  private static void refuseTools(List<Message> messages) {
    List<FieldError> errors =
        IntStream.range(0, messages.size())
            .filter(i -> Set.of(Role.TOOL, Role.FUNCTION).contains(messages.get(i).role()))
            .mapToObj(i -> Unsupported.error(place(i) + ".role"))
            .toList();
    if (!errors.isEmpty()) {
      throw ApiException.wrongFields(ProblemCode.UNSUPPORTED_PARAMETER, errors);
    }
  }

  /** Null if there is none; parts are joined by line ends. */
  private static @Nullable String text(Message message, String place) {
    JsonNode content = message.content();
    if (content == null || content.isNull()) {
      return null;
    }
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    if (content.isString()) {
      tree.putArray("content").addObject().put("type", "text").set("text", content);
    } else {
      tree.set("content", content);
    }
    var texts = new ArrayList<String>();
    for (Part part : RecordReader.tree(tree, Parts.class, place).content()) {
      texts.add(text(part, place + ".content[" + texts.size() + "]"));
    }
    return String.join("\n", texts);
  }

  private static String text(Part part, String place) {
    if (!part.type().equals("text")) {
      throw ApiException.wrongField(
          ProblemCode.UNSUPPORTED_PARAMETER, Unsupported.error(place + ".type"));
    }
    String text = part.text();
    if (text == null) {
      throw missing(place + ".text");
    }
    return text;
  }

  /**
   * The newest pairs of a question and its answer that stand one after the other. Where we had no
   * answer, the question counts alone: the model would say the same again.
   */
  private static List<Turn> history(
      List<Message> messages, List<@Nullable String> texts, int turns, Set<Integer> used) {
    List<Integer> spoken =
        IntStream.range(0, messages.size() - 1)
            .filter(i -> Set.of(Role.USER, Role.ASSISTANT).contains(messages.get(i).role()))
            .boxed()
            .toList();
    var history = new ArrayDeque<Turn>();
    int at = spoken.size() - 1;
    while (at > 0 && history.size() < turns) {
      int asked = spoken.get(at - 1);
      int answered = spoken.get(at);
      String question = texts.get(asked);
      String answer = texts.get(answered);
      if (messages.get(asked).role() == Role.USER
          && messages.get(answered).role() == Role.ASSISTANT
          && question != null
          && answer != null) {
        checkLength(question, asked);
        checkLength(answer, answered);
        boolean none = ChatAnswer.isNone(answer.strip());
        history.addFirst(new Turn(question, none ? "" : answer));
        used.add(asked);
        if (!none) {
          used.add(answered);
        }
        at--;
      }
      at--;
    }
    return List.copyOf(history);
  }

  private static void checkLength(String text, int message) {
    int length = text.codePointCount(0, text.length());
    if (length > LONGEST_TURN) {
      throw wrong(
          place(message) + ".content",
          "too_long",
          "must have at most " + LONGEST_TURN + " characters as history, but has " + length);
    }
  }
}
