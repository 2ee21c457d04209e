package io.retort.web;

import io.retort.data.store.AccessStore;
import io.retort.data.store.AnswerStore;
import io.retort.data.store.ConversationStore;
import io.retort.data.store.ReplyStore;
import io.retort.web.settings.RetortSettings;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * Removes what has outlived its time: login tokens, sessions, answers, conversations, replies for
 * repeats.
 */
@Component
final class Housekeeping implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final long MINUTES = 60;
  private static final Duration REPLIES_ARE_KEPT = Duration.ofHours(24);

  private final AccessStore access;
  private final AnswerStore answers;
  private final ConversationStore conversations;
  private final ReplyStore replies;
  private final RetortSettings settings;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("housekeeping").daemon().factory());

  Housekeeping(
      AccessStore access,
      AnswerStore answers,
      ConversationStore conversations,
      ReplyStore replies,
      RetortSettings settings) {
    this.access = access;
    this.answers = answers;
    this.conversations = conversations;
    this.replies = replies;
    this.settings = settings;
    var _ =
        thread.scheduleWithFixedDelay(this::sweep, 1, MINUTES, TimeUnit.MINUTES); // never throws
  }

  void sweep() {
    try {
      access.removeExpired();
      replies.removeOlderThan(REPLIES_ARE_KEPT);
      int removed = answers.removeOlderThan(settings.answers().retention());
      conversations.removeOlderThan(settings.answers().retention());
      if (removed > 0) {
        LOG.info("{} answers have outlived their retention", removed);
      }
    } catch (DataAccessException e) {
      LOG.warn("expired rows stay until the next hour", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
