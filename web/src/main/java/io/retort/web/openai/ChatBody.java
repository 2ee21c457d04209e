package io.retort.web.openai;

import io.retort.web.answers.AnswerInclude;
import io.retort.web.json.OtherFields;
import io.retort.web.json.RequestBodyModel;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A chat whose last message is a question to the collection that {@code model} names.
 *
 * @param stop one text, or up to 4
 * @param retort options that OpenAI has no name for
 * @param others what {@link Unsupported} refuses, and what is of no effect
 */
@RequestBodyModel
@Schema(name = "ChatCompletionRequest")
record ChatBody(
    @NotNull @Size(min = 1, max = 63) String model,
    @NotNull @Size(min = 1) List<Message> messages,
    @Nullable Boolean stream,
    @Nullable StreamOptions streamOptions,
    @DecimalMin("0") @DecimalMax("2") @Nullable Double temperature,
    @DecimalMin(value = "0", inclusive = false) @DecimalMax("1") @Nullable Double topP,
    @Min(0) @Max((1L << 53) - 1) @Nullable Long seed,
    @Min(1) @Nullable Integer maxTokens,
    @Min(1) @Nullable Integer maxCompletionTokens,
    @Schema(
            anyOf = {String.class, String[].class},
            description = "One text, or up to 4.")
        @Nullable JsonNode stop,
    @Nullable Boolean logprobs,
    @Nullable Options retort,
    @OtherFields Map<String, JsonNode> others) {

  /** Who says a message. */
  enum Role {
    SYSTEM,
    DEVELOPER,
    USER,
    ASSISTANT,
    TOOL,
    FUNCTION
  }

  /**
   * @param content a text, or parts that are texts
   */
  @Schema(name = "ChatMessage")
  record Message(
      @NotNull Role role,
      @Schema(anyOf = {String.class, Conversation.Part[].class}) @Nullable JsonNode content,
      @OtherFields Map<String, JsonNode> others) {}

  @Schema(name = "ChatStreamOptions")
  record StreamOptions(@Nullable Boolean includeUsage, @OtherFields Map<String, JsonNode> others) {}

  /**
   * @param historyTurns how many turns before the question count
   * @param answer fields of an {@code AnswerRequest}, read as such
   */
  @Schema(
      name = "ChatRetortOptions",
      description =
          "The fields of AnswerRequest but question, collection, collections, conversation_id and"
              + " store.")
  record Options(
      @Min(0) @Max(4) @Nullable Integer historyTurns,
      @Size(min = 0, max = 8) @Nullable List<AnswerInclude> include,
      @OtherFields Map<String, JsonNode> answer) {
    static final Options NONE = new Options(null, null, Map.of());
  }

  boolean streamed() {
    return Boolean.TRUE.equals(stream);
  }

  boolean withLogprobs() {
    return Boolean.TRUE.equals(logprobs);
  }

  /** Whether a stream ends with the usage. */
  boolean withUsage() {
    return streamOptions != null && Boolean.TRUE.equals(streamOptions.includeUsage);
  }

  Options options() {
    return retort == null ? Options.NONE : retort;
  }
}
