package io.retort.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An answer while it is made. Its events come once, the last is {@link AnswerEvent.Done}; if it
 * fails on the way, the iterator throws the problem. Closing it before its end stops the answer.
 * For one thread.
 */
public final class AnswerStream implements Iterable<AnswerEvent>, AutoCloseable {
  private final EventLines lines;
  private @Nullable AnswerEvent next;
  private boolean ended;

  AnswerStream(InputStream body) {
    this.lines = new EventLines(body);
  }

  @Override
  public Iterator<AnswerEvent> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return peek() != null;
      }

      @Override
      public AnswerEvent next() {
        AnswerEvent event = peek();
        if (event == null) {
          throw new NoSuchElementException();
        }
        next = null;
        ended = event instanceof AnswerEvent.Done;
        return event;
      }
    };
  }

  private @Nullable AnswerEvent peek() {
    if (next == null && !ended) {
      try {
        EventLines.Event event = lines.next(() -> false);
        if (event == null) {
          throw new IOException("the stream ended before the answer did");
        }
        next = read(event);
      } catch (IOException e) {
        ended = true;
        throw RetortException.unanswered(Operation.ASK.id(), e);
      }
    }
    return next;
  }

  private AnswerEvent read(EventLines.Event event) throws IOException {
    String data = event.data();
    return switch (event.name()) {
      case "retrieval" -> parse(data, AnswerEvent.Retrieval.class);
      case "token" -> text(data);
      case "citation" -> new AnswerEvent.Cited(parse(data, Citation.class));
      case "abstained" -> parse(data, AnswerEvent.Abstained.class);
      case "usage" -> parse(data, AnswerEvent.Used.class);
      case "done" -> new AnswerEvent.Done(parse(data, Answer.class));
      case "error" -> {
        ended = true;
        throw RetortException.of(parse(data, Problem.class), null);
      }
      default -> throw new IOException("the stream has an unknown event '" + event.name() + "'");
    };
  }

  private static AnswerEvent.Text text(String data) {
    JsonNode node = parse(data, JsonNode.class);
    Token token = node.has("answer_span") ? parse(data, Token.class) : null;
    return new AnswerEvent.Text(node.path("index").asInt(), node.path("text").asString(), token);
  }

  private static <T> T parse(String data, Class<T> type) {
    return Http.parse(Operation.ASK, data.getBytes(UTF_8), type);
  }

  @Override
  public void close() {
    ended = true;
    try {
      lines.close();
    } catch (IOException e) {
      // nothing more is wanted of it
    }
  }
}
