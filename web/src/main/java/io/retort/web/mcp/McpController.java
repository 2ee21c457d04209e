package io.retort.web.mcp;

import io.retort.web.access.Caller;
import io.retort.web.access.OpenToAll;
import io.retort.web.access.RateLimiter;
import io.retort.web.json.JsonText;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.TraceFilter;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/**
 * {@code POST /mcp}: one message a request, in March 2025's version several. There is nothing that
 * the server would say unasked, so there is no stream to GET and no session to DELETE.
 */
@RestController
@Hidden // the protocol has its own description, tools/list
class McpController {
  private static final int MOST_MESSAGES = 32;

  private final McpServer server;
  private final RateLimiter rateLimiter;

  McpController(McpServer server, RateLimiter rateLimiter) {
    this.server = server;
    this.rateLimiter = rateLimiter;
  }

  /** Which scope is needed is said by the tool, not by the address. */
  @PostMapping(path = "/mcp", consumes = "application/json", produces = "application/json")
  @OpenToAll
  ResponseEntity<?> post(Caller caller, HttpServletRequest request) throws IOException {
    int most = server.maxBytes(caller);
    byte[] body = request.getInputStream().readNBytes(most + 1);
    checkLength(body, most);
    JsonNode tree = JsonText.parse(body);
    Message message = Message.of(tree);
    checkLength(body, server.maxBytes(message));
    if (message instanceof Message.Request first && first.method().equals(Message.INITIALIZE)) {
      return answer(first, caller, request); // the version is in its params
    }
    ProtocolVersion version = ProtocolVersion.ofHeader(request.getHeader(ProtocolVersion.HEADER));
    if (tree.isArray() && version.takesBatches()) {
      return answerAll(tree, caller, request);
    }
    return switch (message) {
      case Message.Request one -> answer(one, caller, request);
      case Message.Notification _ -> ResponseEntity.accepted().build();
      case Message.Invalid invalid -> ResponseEntity.badRequest().body(refusal(invalid));
    };
  }

  private static void checkLength(byte[] body, int most) {
    if (body.length > most) {
      throw new ApiException(
          ProblemCode.BODY_TOO_LARGE, "a body of at most " + most + " bytes is taken");
    }
  }

  private ResponseEntity<?> answer(
      Message.Request message, Caller caller, HttpServletRequest request) {
    return ResponseEntity.ok(
        server.answer(message, caller, request.getRequestURI(), TraceFilter.traceId(request)));
  }

  private static RpcReply refusal(Message.Invalid invalid) {
    return RpcReply.error(invalid.id(), RpcError.INVALID_REQUEST, invalid.why());
  }

  private ResponseEntity<?> answerAll(JsonNode batch, Caller caller, HttpServletRequest request) {
    if (batch.isEmpty() || batch.size() > MOST_MESSAGES) {
      String why = "a batch has 1 to %d messages, not %d".formatted(MOST_MESSAGES, batch.size());
      return ResponseEntity.badRequest().body(refusal(new Message.Invalid(null, why)));
    }
    String instance = request.getRequestURI();
    String traceId = TraceFilter.traceId(request);
    List<RpcReply> replies = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      switch (Message.of(batch.get(i))) {
        case Message.Notification _ -> {}
        case Message.Invalid invalid -> replies.add(refusal(invalid));
        case Message.Request one when one.method().equals(Message.INITIALIZE) ->
            replies.add(
                refusal(new Message.Invalid(one.id(), "initialize must not be in a batch")));
        case Message.Request one -> {
          try {
            if (i > 0) {
              rateLimiter.check(caller); // the first was counted when it came in
            }
            replies.add(server.answer(one, caller, instance, traceId));
          } catch (ApiException e) {
            replies.add(RpcReply.error(one.id(), RpcError.of(e, instance, traceId)));
          }
        }
      }
    }
    return replies.isEmpty() ? ResponseEntity.accepted().build() : ResponseEntity.ok(replies);
  }
}
