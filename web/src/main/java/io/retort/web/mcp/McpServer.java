package io.retort.web.mcp;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.retort.web.access.Caller;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.mcp.Tool.Outcome;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.Problem;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.ProblemHandler;
import io.retort.web.rooms.ProgramVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.PropertyNamingStrategies.LowerCamelCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** The methods of the protocol. Each request stands for itself, so there are no sessions. */
@Component
final class McpServer {
  private static final String INSTRUCTIONS =
      "Answers from collections of documents, with the exact place of every cited word."
          + " list_collections tells what there is, ask answers a question, search and get_passage"
          + " show the sources. Offsets count Unicode code points.";

  private final Map<String, Tool<?, ?>> tools = new LinkedHashMap<>();
  private final JsonMapper json;

  McpServer(QuestionTools questions, DocumentTools documents, JsonMapper json) {
    var all = new ArrayList<>(questions.tools());
    all.addAll(documents.tools());
    all.forEach(tool -> tools.put(tool.name(), tool));
    this.json = json;
  }

  /** The most that a caller may send, whatever it turns out to be. */
  int maxBytes(Caller caller) {
    return tools.values().stream()
        .filter(tool -> tool.isFor(caller))
        .mapToInt(Tool::maxBytes)
        .reduce(ofOthers(), Math::max);
  }

  /** The most that may be sent of this message. */
  int maxBytes(Message message) {
    Tool<?, ?> tool =
        message instanceof Message.Request request && request.method().equals(Message.CALL_TOOL)
            ? tools.get(request.params().path("name").asString(""))
            : null;
    return tool == null ? ofOthers() : tool.maxBytes();
  }

  /** Whether the caller of this may have time to look at its progress. */
  boolean takesLong(Message.Request request) {
    if (!request.method().equals(Message.CALL_TOOL)) {
      return false;
    }
    Tool<?, ?> tool = tools.get(request.params().path("name").asString(""));
    return tool != null && tool.takesLong();
  }

  private static int ofOthers() {
    return DocumentTools.NoArguments.class.getAnnotation(RequestBodyModel.class).maxBytes();
  }

  /**
   * Answers a request.
   *
   * @param instance the path that problems name
   */
  RpcReply answer(
      Message.Request request, Caller caller, CallWatch watch, String instance, String traceId) {
    return switch (request.method()) {
      case Message.INITIALIZE -> initialize(request);
      case "ping" -> RpcReply.result(request.id(), Map.of());
      case "tools/list" -> list(request, caller);
      case Message.CALL_TOOL -> call(request, caller, watch, instance, traceId);
      default ->
          RpcReply.error(
              request.id(),
              RpcError.METHOD_NOT_FOUND,
              shown("there is no method", request.method())
                  + "; known: initialize, ping, tools/list, tools/call");
    };
  }

  @JsonNaming(LowerCamelCaseStrategy.class)
  record InitializeResult(
      String protocolVersion,
      Map<String, Map<String, Object>> capabilities,
      ServerInfo serverInfo,
      String instructions) {}

  record ServerInfo(String name, String title, String version) {}

  private static RpcReply initialize(Message.Request request) {
    JsonNode wanted = request.params().path("protocolVersion");
    if (!wanted.isString()) {
      return invalid(request, "protocolVersion must be a text");
    }
    return RpcReply.result(
        request.id(),
        new InitializeResult(
            ProtocolVersion.offered(wanted.stringValue()).toString(),
            Map.of("tools", Map.of()),
            new ServerInfo("retort", "Retort", ProgramVersion.current()),
            INSTRUCTIONS));
  }

  record ToolList(List<Tool.View> tools) {}

  private RpcReply list(Message.Request request, Caller caller) {
    if (request.params().hasNonNull("cursor")) {
      return invalid(request, "this list comes whole and has given out no cursor");
    }
    return RpcReply.result(
        request.id(),
        new ToolList(
            tools.values().stream().filter(tool -> tool.isFor(caller)).map(Tool::view).toList()));
  }

  /**
   * What came of a tool call.
   *
   * @param structuredContent null, and left out, for a refusal: it would not fit the tool's schema
   */
  @JsonNaming(LowerCamelCaseStrategy.class)
  record CallResult(
      List<TextContent> content,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Object structuredContent,
      @JsonProperty("isError") boolean isError) {}

  record TextContent(String type, String text) {
    static TextContent of(String text) {
      return new TextContent("text", text);
    }
  }

  private RpcReply call(
      Message.Request request, Caller caller, CallWatch watch, String instance, String traceId) {
    JsonNode name = request.params().path("name");
    if (!name.isString()) {
      return invalid(request, "name must be a text");
    }
    JsonNode arguments = request.params().path("arguments");
    boolean absent = arguments.isMissingNode() || arguments.isNull();
    if (!absent && !arguments.isObject()) {
      return invalid(request, "arguments must be an object");
    }
    Tool<?, ?> tool = tools.get(name.stringValue());
    if (tool == null) {
      return invalid(request, shown("there is no tool", name.stringValue()));
    }
    return RpcReply.result(
        request.id(),
        call(
            tool,
            absent ? JsonNodeFactory.instance.objectNode() : arguments,
            caller,
            watch,
            e -> Problem.of(e, instance, traceId)));
  }

  private CallResult call(
      Tool<?, ?> tool,
      JsonNode arguments,
      Caller caller,
      CallWatch watch,
      Function<ApiException, Problem> problems) {
    try {
      Outcome<?> outcome = tool.call(arguments, caller, watch);
      var content = new ArrayList<TextContent>();
      content.add(TextContent.of(json.writeValueAsString(outcome.content())));
      if (outcome.remark() != null) {
        content.add(TextContent.of(outcome.remark()));
      }
      return new CallResult(content, outcome.content(), false);
    } catch (InterruptedException e) {
      return refusal(
          problems.apply(new ApiException(ProblemCode.SHUTTING_DOWN, "the service is stopping")));
    } catch (Exception e) {
      return refusal(problems.apply(ProblemHandler.toApiException(e)));
    }
  }

  private CallResult refusal(Problem problem) {
    return new CallResult(List.of(TextContent.of(json.writeValueAsString(problem))), null, true);
  }

  private static RpcReply invalid(Message.Request request, String message) {
    return RpcReply.error(request.id(), RpcError.INVALID_PARAMS, message);
  }

  /** A name that a client sent, if it looks like one. */
  private static String shown(String what, String name) {
    return name.matches("[!-~]{1,100}") ? what + " '" + name + "'" : what + " of this name";
  }
}
