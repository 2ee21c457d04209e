package io.retort.encoder.tokenizers;

import io.retort.encoder.ShippedModels;
import io.retort.encoder.Tokens;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/** A text with the tokens that the reference implementation found in it. */
record GoldenTokens(String text, Tokens tokens) {
  private static final JsonNode GOLDEN = ShippedModels.golden("tokenizer-tokens.json");

  /** Plain and hostile texts. */
  static Stream<GoldenTokens> all(String tokenizer) {
    return Stream.of("plain", "hostile")
        .flatMap(kind -> StreamSupport.stream(GOLDEN.path(kind).spliterator(), false))
        .map(
            row -> {
              JsonNode tokens = row.path(tokenizer);
              return new GoldenTokens(
                  row.path("text").asString(),
                  new Tokens(
                      ints(tokens.path("ids")),
                      ints(tokens.path("starts")),
                      ints(tokens.path("ends"))));
            });
  }

  static Set<Integer> specials(String tokenizer) {
    Set<Integer> ids = new HashSet<>();
    GOLDEN.path("special").path(tokenizer).forEach(id -> ids.add(id.asInt()));
    return ids;
  }

  static int special(String tokenizer, String token) {
    return GOLDEN.path("special").path(tokenizer).path(token).asInt();
  }

  static String template() {
    return GOLDEN.path("template").path("text").asString();
  }

  static int[] templateIds() {
    return ints(GOLDEN.path("template").path("ids"));
  }

  private static int[] ints(JsonNode list) {
    return IntStream.range(0, list.size()).map(i -> list.get(i).asInt()).toArray();
  }

  @Override
  public String toString() {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }
}
