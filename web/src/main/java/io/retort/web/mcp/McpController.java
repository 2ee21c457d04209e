package io.retort.web.mcp;

import io.retort.data.CancelSignal;
import io.retort.web.access.Caller;
import io.retort.web.access.OpenToAll;
import io.retort.web.access.RateLimiter;
import io.retort.web.json.JsonText;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.TraceFilter;
import io.retort.web.sse.EventStream;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code POST /mcp}: one message a request, in March 2025's version several. A call whose caller
 * wants to see its progress is answered as a stream, everything else as JSON. There is nothing that
 * the server would say unasked, so there is no stream to GET; a session is a name that tells a
 * client's requests from another's, nothing is kept for it, so there is none to DELETE.
 */
@RestController
@Hidden // the protocol has its own description, tools/list
class McpController {
  private static final int MOST_MESSAGES = 32;
  private static final String SESSION = "MCP-Session-Id";

  private final McpServer server;
  private final RunningCalls running;
  private final RateLimiter rateLimiter;
  private final JsonMapper json;

  McpController(McpServer server, RunningCalls running, RateLimiter rateLimiter, JsonMapper json) {
    this.server = server;
    this.running = running;
    this.rateLimiter = rateLimiter;
    this.json = json;
  }

  /** Which scope is needed is said by the tool, not by the address. */
  @PostMapping(path = "/mcp", consumes = "application/json", produces = "application/json")
  @OpenToAll
  @Nullable ResponseEntity<?> post(
      Caller caller, HttpServletRequest request, HttpServletResponse response)
      throws IOException, InterruptedException {
    int most = server.maxBytes(caller);
    byte[] body = request.getInputStream().readNBytes(most + 1);
    checkLength(body, most);
    JsonNode tree = JsonText.parse(body);
    Message message = Message.of(tree);
    checkLength(body, server.maxBytes(message));
    var sender = Sender.of(caller, request);
    if (message instanceof Message.Request first && first.method().equals(Message.INITIALIZE)) {
      RpcReply reply = answer(first, sender); // the version is in its params
      return reply.error() == null
          ? ResponseEntity.ok().header(SESSION, UUID.randomUUID().toString()).body(reply)
          : ResponseEntity.ok(reply);
    }
    ProtocolVersion version = ProtocolVersion.ofHeader(request.getHeader(ProtocolVersion.HEADER));
    if (tree.isArray() && version.takesBatches()) {
      return answerAll(tree, sender);
    }
    return switch (message) {
      case Message.Request one -> answer(one, sender, request, response);
      case Message.Notification notification -> {
        take(notification, sender);
        yield ResponseEntity.accepted().build();
      }
      case Message.Invalid invalid -> ResponseEntity.badRequest().body(refusal(invalid));
    };
  }

  /**
   * Where a message comes from.
   *
   * @param session as the client names it, empty if it does not
   * @param instance the path that problems name
   */
  private record Sender(Caller caller, String session, String instance, String traceId) {
    static Sender of(Caller caller, HttpServletRequest request) {
      return new Sender(
          caller,
          Objects.requireNonNullElse(request.getHeader(SESSION), ""),
          request.getRequestURI(),
          TraceFilter.traceId(request));
    }
  }

  private @Nullable ResponseEntity<?> answer(
      Message.Request message,
      Sender sender,
      HttpServletRequest request,
      HttpServletResponse response)
      throws IOException, InterruptedException {
    JsonNode token = message.params().path("_meta").path("progressToken");
    boolean given = !token.isMissingNode() && !token.isNull();
    if (given && !Message.isId(token)) {
      return ResponseEntity.ok(
          RpcReply.error(
              message.id(),
              RpcError.INVALID_PARAMS,
              "progressToken must be a text or a whole number"));
    }
    if (!given || !server.takesLong(message) || !takesStream(request)) {
      return ResponseEntity.ok(answer(message, sender));
    }
    stream(message, token, sender, response);
    return null;
  }

  private static boolean takesStream(HttpServletRequest request) {
    // Nothing unreadable comes this far: the request was matched by its Accept header.
    return Collections.list(request.getHeaders("Accept")).stream()
        .flatMap(header -> MediaType.parseMediaTypes(header).stream())
        .anyMatch(type -> type.getQualityValue() > 0 && type.includes(MediaType.TEXT_EVENT_STREAM));
  }

  /** Of notifications, only one has a meaning here. */
  private void take(Message.Notification notification, Sender sender) {
    JsonNode id = notification.params().path("requestId");
    if (notification.method().equals(Message.CANCELLED) && Message.isId(id)) {
      running.cancel(sender.caller, sender.session, id);
    }
  }

  private static void checkLength(byte[] body, int most) {
    if (body.length > most) {
      throw new ApiException(
          ProblemCode.BODY_TOO_LARGE, "a body of at most " + most + " bytes is taken");
    }
  }

  private RpcReply answer(Message.Request message, Sender sender) {
    return answer(message, sender, CallWatch.silent());
  }

  /**
   * One that is stopped meanwhile must be answered too, by HTTP; its client looks at it no more.
   */
  private RpcReply answer(Message.Request message, Sender sender, CallWatch watch) {
    try (var _ = running.enter(sender.caller, sender.session, message.id(), watch.cancel())) {
      RpcReply reply =
          server.answer(message, sender.caller, watch, sender.instance, sender.traceId);
      return watch.cancel().cancelled()
          ? RpcReply.error(message.id(), RpcError.REFUSED, "the request was cancelled")
          : reply;
    }
  }

  /**
   * Messages about the call, and then its answer. There is no way back to a stream that broke, so
   * nobody would see what comes of a call whose client is gone: it is stopped.
   */
  private void stream(
      Message.Request message, JsonNode token, Sender sender, HttpServletResponse response)
      throws IOException, InterruptedException {
    var gone = new CancelSignal();
    var out = new EventStream(json, gone::cancel);
    var told = new AtomicInteger();
    var watch =
        new CallWatch(
            what -> {
              var news = ProgressNotification.of(token, told.getAndIncrement(), what);
              out.offer(List.of(json.writeValueAsString(news)), false);
            });
    gone.onCancel(watch.cancel()::cancel);
    Thread.ofVirtual()
        .name("mcp-call")
        .start(
            () -> {
              try {
                RpcReply reply = answer(message, sender, watch);
                if (!watch.cancel().cancelled()) {
                  out.offer(List.of(json.writeValueAsString(reply)), true);
                }
              } finally {
                out.offer(List.of(), true); // without an answer the stream just ends
              }
            });
    out.writeTo(response);
  }

  private static RpcReply refusal(Message.Invalid invalid) {
    return RpcReply.error(invalid.id(), RpcError.INVALID_REQUEST, invalid.why());
  }

  private ResponseEntity<?> answerAll(JsonNode batch, Sender sender) {
    if (batch.isEmpty() || batch.size() > MOST_MESSAGES) {
      String why = "a batch has 1 to %d messages, not %d".formatted(MOST_MESSAGES, batch.size());
      return ResponseEntity.badRequest().body(refusal(new Message.Invalid(null, why)));
    }
    List<RpcReply> replies = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      switch (Message.of(batch.get(i))) {
        case Message.Notification notification -> take(notification, sender);
        case Message.Invalid invalid -> replies.add(refusal(invalid));
        case Message.Request one when one.method().equals(Message.INITIALIZE) ->
            replies.add(
                refusal(new Message.Invalid(one.id(), "initialize must not be in a batch")));
        case Message.Request one -> {
          try {
            if (i > 0) {
              rateLimiter.check(sender.caller); // the first was counted when it came in
            }
            replies.add(answer(one, sender));
          } catch (ApiException e) {
            replies.add(RpcReply.error(one.id(), RpcError.of(e, sender.instance, sender.traceId)));
          }
        }
      }
    }
    return replies.isEmpty() ? ResponseEntity.accepted().build() : ResponseEntity.ok(replies);
  }
}
