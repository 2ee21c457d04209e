package io.retort.web.rest;

import io.retort.data.ObjectId;
import io.retort.data.store.ConversationStore;
import io.retort.data.store.ConversationStore.Conversation;
import io.retort.data.store.ConversationStore.Turn;
import io.retort.data.store.ReplyStore;
import io.retort.data.store.Slice;
import io.retort.data.store.SliceRequest;
import io.retort.web.access.Caller;
import io.retort.web.access.Requires;
import io.retort.web.access.Scope;
import io.retort.web.json.QueryModel;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.annotations.ParameterObject;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /conversations}: questions that belong together, for whoever asked them alone. */
@RestController
@Tag(name = "Conversations")
@RequestMapping(path = "/api/v1/conversations", produces = "application/json")
class ConversationController {
  private final ConversationStore conversations;
  private final ReplyStore replies;

  ConversationController(ConversationStore conversations, ReplyStore replies) {
    this.conversations = conversations;
    this.replies = replies;
  }

  @RequestBodyModel
  @Schema(name = "NewConversation")
  record NewConversationBody(@Size(min = 0, max = 200) @Nullable String title) {}

  @RequestBodyModel
  @Schema(name = "ConversationPatch")
  record PatchBody(@Size(min = 0, max = 200) @Nullable String title) {}

  @QueryModel
  record ConversationsQuery(
      @Schema(description = "How many at most; 50 if absent.") @Min(1) @Max(100)
          @Nullable Integer limit,
      @Schema(description = "The next_cursor of the part before, to go on after it.")
          @Size(min = 1, max = 100)
          @Nullable String cursor) {}

  /**
   * @param turns oldest first, without those whose collection the caller may no longer see
   */
  @Schema(name = "Conversation")
  record ConversationView(
      String id, String title, List<TurnView> turns, Instant createdAt, Instant updatedAt) {

    static ConversationView of(Conversation conversation, List<Turn> turns, Caller caller) {
      return new ConversationView(
          conversation.id(),
          conversation.title(),
          turns.stream()
              .filter(turn -> caller.seesEach(turn.collections()))
              .map(turn -> new TurnView(turn.answerId(), turn.question(), turn.createdAt()))
              .toList(),
          conversation.createdAt(),
          conversation.updatedAt());
    }
  }

  @Schema(name = "Turn")
  record TurnView(String answerId, String question, Instant createdAt) {}

  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(
      operationId = "createConversation",
      summary = "Begin a conversation",
      description = "Only the credential that began it sees it.")
  @Requires(Scope.ASK)
  ResponseEntity<ConversationView> create(@RequestBody NewConversationBody body, Caller caller) {
    Conversation made = conversations.create(caller.id(), body.title() == null ? "" : body.title());
    return ResponseEntity.created(URI.create("/api/v1/conversations/" + made.id()))
        .body(ConversationView.of(made, List.of(), caller));
  }

  @GetMapping
  @Operation(
      operationId = "listConversations",
      summary = "The caller's conversations, newest first")
  @Refuses(ProblemCode.INVALID_CURSOR)
  @Requires(Scope.ASK)
  Page<ConversationView> list(@ParameterObject ConversationsQuery query, Caller caller) {
    int limit = query.limit() == null ? Page.DEFAULT_LIMIT : query.limit();
    Slice<Conversation> slice =
        conversations.list(caller.id(), new SliceRequest(limit, query.cursor()));
    Map<String, List<Turn>> turns =
        conversations.turns(slice.items().stream().map(Conversation::id).toList());
    return Page.of(
        slice, each -> ConversationView.of(each, turns.getOrDefault(each.id(), List.of()), caller));
  }

  @GetMapping("/{id}")
  @Operation(operationId = "getConversation", summary = "One conversation with its turns")
  @Refuses(ProblemCode.CONVERSATION_NOT_FOUND)
  @Requires(Scope.ASK)
  ConversationView get(@PathVariable String id, Caller caller) {
    return view(conversations.find(known(id), caller.id()), caller);
  }

  @PatchMapping("/{id}")
  @Operation(operationId = "updateConversation", summary = "Give a conversation another title")
  @Refuses(ProblemCode.CONVERSATION_NOT_FOUND)
  @Requires(Scope.ASK)
  ConversationView patch(@PathVariable String id, @RequestBody PatchBody body, Caller caller) {
    String title = body.title();
    return view(
        title == null
            ? conversations.find(known(id), caller.id())
            : conversations.rename(known(id), caller.id(), title),
        caller);
  }

  /** Its answers go with it, and what was said about them. */
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(operationId = "deleteConversation", summary = "Delete a conversation with its answers")
  @Refuses(ProblemCode.CONVERSATION_NOT_FOUND)
  @Requires(Scope.ASK)
  void delete(@PathVariable String id, Caller caller) {
    if (!conversations.delete(known(id), caller.id())) {
      throw notFound();
    }
    replies.removeAll();
  }

  private ConversationView view(Optional<Conversation> found, Caller caller) {
    Conversation conversation = found.orElseThrow(ConversationController::notFound);
    List<Turn> turns =
        conversations.turns(Set.of(conversation.id())).getOrDefault(conversation.id(), List.of());
    return ConversationView.of(conversation, turns, caller);
  }

  private static String known(String id) {
    if (!ObjectId.isOf("cnv", id)) {
      throw notFound();
    }
    return id;
  }

  private static ApiException notFound() {
    return new ApiException(ProblemCode.CONVERSATION_NOT_FOUND, "there is no such conversation");
  }
}
