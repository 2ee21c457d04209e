package io.retort.web.openai;

import io.retort.web.json.RecordReader;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.FieldError;
import io.retort.web.problem.ProblemCode;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Texts to embed.
 *
 * @param input one text, or 1 to 256
 * @param user taken, and of no effect
 */
@RequestBodyModel
@Schema(name = "EmbeddingRequest")
record EmbeddingBody(
    @NotNull @Size(min = 1, max = 63) String model,
    @Schema(
            anyOf = {String.class, String[].class},
            description = "One text, or 1 to 256.")
        @NotNull
        JsonNode input,
    @Nullable Encoding encodingFormat,
    @Nullable Integer dimensions,
    @Nullable String user) {

  /** How the numbers of an embedding are written. */
  enum Encoding {
    FLOAT,
    /** Of little-endian 32-bit floats. */
    BASE64
  }

  private record Texts(@Size(min = 1, max = 256) List<String> input) {}

  /** The input as a list. Tokens, which OpenAI takes too, are refused. */
  List<String> texts() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    if (input.isArray()) {
      tree.set("input", input);
    } else {
      tree.putArray("input").add(input);
    }
    List<String> texts = RecordReader.tree(tree, Texts.class, "").input();
    var blank = new ArrayList<FieldError>();
    for (int i = 0; i < texts.size(); i++) {
      if (texts.get(i).isBlank()) {
        blank.add(new FieldError(place(i), "blank", "must not be empty"));
      }
    }
    if (!blank.isEmpty()) {
      throw ApiException.wrongFields(ProblemCode.INVALID_PARAMETER, blank);
    }
    return texts;
  }

  static String place(int index) {
    return "input[" + index + "]";
  }
}
