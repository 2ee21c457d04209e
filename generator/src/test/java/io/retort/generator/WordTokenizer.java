package io.retort.generator;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.Tokens;
import io.retort.encoder.WordPieceTokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A tokenizer one can read: a token is a word or a sign with the white space before it. Ids are
 * given in the order of first sight, from 3; 0 to 2 are special, 2 is the end.
 */
class WordTokenizer implements DecoderTokenizer {
  static final int VOCABULARY = 400;
  static final int START = 1;
  static final int END = 2;
  private static final Pattern TOKEN =
      Pattern.compile("\\s*[\\p{L}\\p{N}]+|\\s*[^\\s\\p{L}\\p{N}]|\\s+");
  private static final Map<String, Integer> SPECIAL =
      Map.of("<|pad|>", 0, "<|im_start|>", START, "<|im_end|>", END);

  private final Map<String, Integer> ids = new HashMap<>();
  private final List<String> texts = new ArrayList<>(List.of("", "", ""));

  @Override
  public synchronized Tokens encode(String text) {
    var matcher = TOKEN.matcher(text);
    List<int[]> found = new ArrayList<>();
    while (matcher.find()) {
      int id = ids.computeIfAbsent(matcher.group(), this::next);
      int start = text.codePointCount(0, matcher.start());
      int end = text.codePointCount(0, matcher.end());
      found.add(new int[] {id, start, end});
    }
    return new Tokens(
        found.stream().mapToInt(token -> token[0]).toArray(),
        found.stream().mapToInt(token -> token[1]).toArray(),
        found.stream().mapToInt(token -> token[2]).toArray());
  }

  private int next(String text) {
    if (texts.size() == VOCABULARY) {
      throw new IllegalStateException("the test has more words than the vocabulary");
    }
    texts.add(text);
    return texts.size() - 1;
  }

  /** The one id of a text that is one token. */
  int id(String token) {
    Tokens tokens = encode(token);
    if (tokens.length() != 1) {
      throw new IllegalArgumentException("not one token: " + token);
    }
    return tokens.id(0);
  }

  @Override
  public int[] encodeTemplate(String template) {
    List<Integer> all = new ArrayList<>();
    String rest = template;
    while (!rest.isEmpty()) {
      String left = rest;
      var special = SPECIAL.keySet().stream().filter(left::startsWith).findFirst();
      if (special.isPresent()) {
        all.add(SPECIAL.get(special.get()));
        rest = rest.substring(special.get().length());
      } else {
        int next = rest.indexOf("<|");
        String plain = next < 0 ? rest : rest.substring(0, next);
        for (int id : encode(plain).ids()) {
          all.add(id);
        }
        rest = rest.substring(plain.length());
      }
    }
    return all.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public synchronized String decode(int[] ids) {
    var text = new StringBuilder();
    for (int id : ids) {
      text.append(texts.get(id));
    }
    return text.toString();
  }

  @Override
  public synchronized byte[] bytes(int id) {
    return id < texts.size() ? texts.get(id).getBytes(UTF_8) : new byte[] {'?'};
  }

  @Override
  public int specialId(String token) {
    return SPECIAL.get(token);
  }

  @Override
  public int vocabulary() {
    return VOCABULARY;
  }

  @Override
  public String sha256() {
    return "0".repeat(64);
  }

  @Override
  public void close() {}

  /** The same words as word pieces. */
  WordPieceTokenizer wordPieces() {
    return new WordPieceTokenizer() {
      @Override
      public Tokens encode(String text) {
        return WordTokenizer.this.encode(text);
      }

      @Override
      public int clsId() {
        return 1;
      }

      @Override
      public int sepId() {
        return 0;
      }

      @Override
      public int vocabulary() {
        return VOCABULARY;
      }

      @Override
      public String sha256() {
        return "0".repeat(64);
      }

      @Override
      public void close() {}
    };
  }
}
