package io.retort.web.answers;

import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.toSet;

import io.retort.data.AccessScope;
import io.retort.data.DocumentVersion;
import io.retort.data.ObjectId;
import io.retort.data.store.AnswerStore;
import io.retort.data.store.ConversationStore;
import io.retort.generator.Turn;
import io.retort.web.access.AccessScopes;
import io.retort.web.access.Caller;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.rooms.Rooms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The turns of a conversation that go before its next question. */
final class EarlierTurns {
  /** More would make lists of conversations long; a history takes four. */
  static final int MOST_TURNS = 200;

  private final Rooms rooms;
  private final ConversationStore conversations;
  private final AnswerStore answers;
  private final KeptAnswers kept;
  private final AccessScopes scopes;

  EarlierTurns(
      Rooms rooms,
      ConversationStore conversations,
      AnswerStore answers,
      KeptAnswers kept,
      AccessScopes scopes) {
    this.rooms = rooms;
    this.conversations = conversations;
    this.answers = answers;
    this.kept = kept;
    this.scopes = scopes;
  }

  /**
   * Of the last {@code count} turns those in collections that the caller sees and whose cited
   * documents are as they were: a deleted text must not come back by way of a prompt. One without
   * an answer counts with its question.
   *
   * @throws ApiException if the conversation is not the caller's, or takes no more turns
   */
  History before(String conversation, int count, Caller caller) {
    if (!ObjectId.isOf("cnv", conversation)
        || conversations.find(conversation, caller.id()).isEmpty()) {
      throw new ApiException(ProblemCode.CONVERSATION_NOT_FOUND, "there is no such conversation");
    }
    List<ConversationStore.Turn> all =
        conversations.turns(Set.of(conversation)).getOrDefault(conversation, List.of());
    if (all.size() >= MOST_TURNS) {
      throw new ApiException(
          ProblemCode.CONVERSATION_FULL,
          "the conversation has " + MOST_TURNS + " turns already; begin a new one");
    }
    AccessScope scope = scopes.of(caller);
    var turns = new ArrayList<Turn>();
    Map<String, AnswerStore.Source> sources = new LinkedHashMap<>();
    for (ConversationStore.Turn turn : all.subList(Math.max(0, all.size() - count), all.size())) {
      List<AnswerStore.Source> cited = answers.cited(turn.answerId());
      Optional<AnswerView> made = kept.ifVisible(turn.answerId(), caller);
      if (made.isPresent() && unchanged(cited, scope)) {
        turns.add(new Turn(turn.question(), requireNonNullElse(made.get().answer(), "")));
        cited.forEach(source -> sources.put(source.documentId(), source));
      }
    }
    return new History(turns, List.copyOf(sources.values()));
  }

  private boolean unchanged(List<AnswerStore.Source> cited, AccessScope scope) {
    Set<DocumentVersion> versions =
        cited.stream().map(s -> new DocumentVersion(s.documentId(), s.version())).collect(toSet());
    return versions.isEmpty() || rooms.documents().valid(versions, scope).equals(versions);
  }
}
