package io.retort.web.json;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Bytes to a JSON tree: one document, valid UTF-8, no key twice, at most 50 levels deep. */
public final class JsonText {
  private static final int MAX_DEPTH = 50;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxStringLength(16 << 20)
                          .maxNumberLength(400)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private JsonText() {}

  /** A document that is not all that is refused as malformed. */
  public static JsonNode parse(byte[] body) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw new ApiException(ProblemCode.MALFORMED_JSON, "the body is not valid UTF-8", e);
    }
    if (text.isBlank()) {
      throw new ApiException(
          ProblemCode.MALFORMED_JSON, "the body is empty, a JSON document is needed");
    }
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      var at = e.getLocation();
      String place =
          at == null || at.getLineNr() < 1
              ? ""
              : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
      throw new ApiException(
          ProblemCode.MALFORMED_JSON,
          "the body is not one well-formed JSON document" + place + ": " + firstLine(e),
          e);
    }
  }

  /** Jackson's own words without their source excerpt. */
  private static String firstLine(JacksonException e) {
    String message = e.getOriginalMessage();
    String line = message == null ? "unreadable" : message.lines().findFirst().orElse("unreadable");
    return line.length() > 200 ? line.substring(0, 200) + "…" : line;
  }
}
