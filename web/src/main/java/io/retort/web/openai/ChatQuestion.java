package io.retort.web.openai;

import io.retort.web.access.Caller;
import io.retort.web.answers.AnswerBody;
import io.retort.web.answers.AnswerInclude;
import io.retort.web.answers.AnswerPlan;
import io.retort.web.answers.AnswerService;
import io.retort.web.answers.AnswerTerms;
import io.retort.web.json.RecordReader;
import io.retort.web.openai.ChatBody.Options;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A chat as a question of the native API: the options are read as fields of an {@link AnswerBody},
 * whose bounds they have, and what is wrong with them is told in the chat's names.
 *
 * @param shown what the client wants to see in addition; the body always asks for tokens
 * @param ignored names in the request that are of no effect
 */
record ChatQuestion(
    AnswerBody body,
    AnswerTerms terms,
    Set<AnswerInclude> shown,
    List<String> ignored,
    String place) {
  private static final int MOST_STOPS = 4;
  private static final int LONGEST_STOP = 200;

  /** Fields of the native API that the chat has in other places, or not at all. */
  private static final Set<String> NOT_OPTIONS =
      Set.of("question", "collection", "collections", "conversation_id", "store");

  ChatQuestion {
    shown = Set.copyOf(shown);
    ignored = List.copyOf(ignored);
  }

  /** {@code turns} before the last message count as history. */
  static ChatQuestion of(ChatBody chat, int turns) {
    List<FieldError> unsupported = Unsupported.errors(chat.others());
    if (!unsupported.isEmpty()) {
      throw ApiException.wrongFields(ProblemCode.UNSUPPORTED_PARAMETER, unsupported);
    }
    Options options = chat.options();
    Conversation conversation = Conversation.of(chat.messages(), turns);
    var terms = new AnswerTerms(conversation.history(), stops(chat.stop()), mostTokens(chat));
    Set<AnswerInclude> shown = EnumSet.noneOf(AnswerInclude.class);
    if (options.include() != null) {
      shown.addAll(options.include());
    }
    AnswerBody body = body(chat, conversation, shown);
    return new ChatQuestion(body, terms, shown, ignored(chat, conversation), conversation.place());
  }

  private static AnswerBody body(
      ChatBody chat, Conversation conversation, Set<AnswerInclude> shown) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.put("temperature", chat.temperature());
    tree.put("top_p", chat.topP());
    tree.put("seed", chat.seed());
    // An option of ours was written for us, its namesake perhaps by a framework.
    chat.options()
        .answer()
        .forEach(
            (name, value) -> {
              if (!value.isNull() || !tree.has(name)) {
                tree.set(name, value);
              }
            });
    refuseNames(tree);
    tree.put("question", conversation.question());
    tree.put("collection", chat.model());
    ArrayNode include = tree.putArray("include");
    Set<AnswerInclude> wanted = EnumSet.of(AnswerInclude.TOKENS);
    wanted.addAll(shown);
    wanted.forEach(what -> include.add(what.name().toLowerCase(Locale.ROOT)));
    try {
      return RecordReader.tree(tree, AnswerBody.class, "");
    } catch (ApiException e) {
      throw inWordsOfChat(e, conversation.place());
    }
  }

  private static void refuseNames(ObjectNode options) {
    List<FieldError> errors =
        NOT_OPTIONS.stream()
            .filter(options::has)
            .sorted()
            .map(name -> new FieldError("retort." + name, "unknown_field", "is not a known field"))
            .toList();
    if (!errors.isEmpty()) {
      throw ApiException.wrongFields(ProblemCode.UNKNOWN_FIELD, errors);
    }
  }

  /** The plan of its answer; what is wrong is found here at the latest. */
  AnswerPlan plan(AnswerService answers, Caller caller) {
    try {
      return answers.plan(body, terms, caller);
    } catch (ApiException e) {
      throw inWordsOfChat(e, place);
    }
  }

  private static ApiException inWordsOfChat(ApiException e, String place) {
    if (e.errors().isEmpty()) {
      return e;
    }
    List<FieldError> errors =
        e.errors().stream()
            .map(
                error ->
                    new FieldError(
                        error.field().equals("question") ? place : "retort." + error.field(),
                        error.code(),
                        error.message(),
                        error.value(),
                        error.min(),
                        error.max()))
            .toList();
    return ApiException.wrongFields(e.code(), errors);
  }

  private record Stops(List<String> stop) {}

  private static List<String> stops(@Nullable JsonNode stop) {
    if (stop == null || stop.isNull()) {
      return List.of();
    }
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    if (stop.isArray()) {
      tree.set("stop", stop);
    } else {
      tree.putArray("stop").add(stop);
    }
    List<String> stops = RecordReader.tree(tree, Stops.class, "").stop();
    boolean tooLong =
        stops.stream().anyMatch(text -> text.isEmpty() || text.length() > LONGEST_STOP);
    if (stops.size() > MOST_STOPS || tooLong) {
      throw ApiException.wrongField(
          ProblemCode.INVALID_PARAMETER,
          new FieldError(
              "stop",
              "wrong_length",
              "must be at most %d texts of 1 to %d characters"
                  .formatted(MOST_STOPS, LONGEST_STOP)));
    }
    return stops;
  }

  private static int mostTokens(ChatBody chat) {
    int most = chat.maxTokens() == null ? Integer.MAX_VALUE : chat.maxTokens();
    return chat.maxCompletionTokens() == null ? most : Math.min(most, chat.maxCompletionTokens());
  }

  private static List<String> ignored(ChatBody chat, Conversation conversation) {
    var ignored = new ArrayList<>(conversation.ignored());
    chat.others().keySet().stream().filter(name -> !Unsupported.knows(name)).forEach(ignored::add);
    ChatBody.StreamOptions stream = chat.streamOptions();
    if (stream != null) {
      if (!chat.streamed()) {
        ignored.add("stream_options");
      }
      stream.others().keySet().forEach(name -> ignored.add("stream_options." + name));
    }
    return ignored;
  }
}
