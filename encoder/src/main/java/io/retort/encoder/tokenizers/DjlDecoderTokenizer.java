package io.retort.encoder.tokenizers;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.ModelDirectory;
import io.retort.encoder.ModelIntegrityException;
import io.retort.encoder.ModelRole;
import io.retort.encoder.Tokens;
import io.retort.encoder.VerifiedFile;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Byte-level BPE by the native library of Hugging Face tokenizers; from ids back to text it is a
 * table of bytes.
 */
public final class DjlDecoderTokenizer implements DecoderTokenizer {
  private final TokenizerFile file;
  private final String sha256;
  private final byte[][] bytes; // [V], empty for special ids
  private final NativeTokenizer tokenizer;

  private DjlDecoderTokenizer(TokenizerFile file, String name, String sha256) {
    this.file = file;
    this.sha256 = sha256;
    bytes = bytesById(file, name);
    tokenizer = NativeTokenizer.load(file.plainJson(), new HashSet<>(file.specials().values()));
  }

  /** Reads the folder's {@link ModelRole#DECODER_TOKENIZER}. */
  public static DjlDecoderTokenizer open(ModelDirectory models) {
    VerifiedFile source = models.file(ModelRole.DECODER_TOKENIZER);
    String name = source.entry().path();
    return new DjlDecoderTokenizer(
        TokenizerFile.parse(source.bytes(), name, "BPE"), name, source.sha256());
  }

  private static byte[][] bytesById(TokenizerFile file, String name) {
    byte[][] bytes = new byte[file.vocabulary().size()][];
    for (Map.Entry<String, Integer> token : file.vocabulary().entrySet()) {
      try {
        bytes[token.getValue()] =
            file.specials().containsKey(token.getKey())
                ? new byte[0]
                : ByteLevelAlphabet.bytes(token.getKey());
      } catch (IllegalArgumentException e) {
        throw new ModelIntegrityException(name, String.valueOf(e.getMessage()), e);
      }
    }
    return bytes;
  }

  @Override
  public Tokens encode(String text) {
    return tokenizer.encode(text);
  }

  @Override
  public int[] encodeTemplate(String template) {
    IntStream.Builder ids = IntStream.builder();
    int from = 0;
    for (int i = 0; i < template.length(); ) {
      String special = specialAt(template, i);
      if (special.isEmpty()) {
        i++;
        continue;
      }
      addAll(ids, template.substring(from, i));
      ids.add(file.special(special));
      i += special.length();
      from = i;
    }
    addAll(ids, template.substring(from));
    return ids.build().toArray();
  }

  private void addAll(IntStream.Builder ids, String text) {
    if (!text.isEmpty()) {
      for (int id : encode(text).ids()) {
        ids.add(id);
      }
    }
  }

  /** The longest special token that the template has at {@code i}, or nothing. */
  private String specialAt(String template, int i) {
    String longest = "";
    for (String special : file.specials().keySet()) {
      if (special.length() > longest.length() && template.startsWith(special, i)) {
        longest = special;
      }
    }
    return longest;
  }

  @Override
  public String decode(int[] ids) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int id : ids) {
      text.writeBytes(bytesOf(id));
    }
    return text.toString(UTF_8);
  }

  @Override
  public byte[] bytes(int id) {
    return bytesOf(id).clone();
  }

  private byte[] bytesOf(int id) {
    if (id < 0 || id >= bytes.length) {
      throw new IllegalArgumentException(
          "id %d is outside the vocabulary of %d".formatted(id, bytes.length));
    }
    return bytes[id];
  }

  @Override
  public int specialId(String token) {
    return file.special(token);
  }

  @Override
  public int vocabulary() {
    return bytes.length;
  }

  @Override
  public String sha256() {
    return sha256;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
