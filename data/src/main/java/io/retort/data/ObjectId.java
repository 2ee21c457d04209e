package io.retort.data;

import java.security.SecureRandom;
import java.util.regex.Pattern;

/** Makes and recognises opaque ids, as {@code doc_} and 26 characters for 130 random bits. */
public final class ObjectId {
  private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
  private static final int LENGTH = 26;
  private static final Pattern FORM = Pattern.compile("[a-z]{3}_[0-9a-z]{" + LENGTH + "}");
  private static final SecureRandom RANDOM = new SecureRandom();

  private ObjectId() {}

  /** A new id; {@code kind} is {@code doc}, {@code job}, {@code ans}, {@code key} or the like. */
  public static String create(String kind) {
    byte[] bytes = new byte[LENGTH];
    RANDOM.nextBytes(bytes);
    var text = new StringBuilder(kind).append('_');
    for (byte b : bytes) {
      text.append(ALPHABET[b & 31]);
    }
    return text.toString();
  }

  public static boolean isOf(String kind, String text) {
    return text.startsWith(kind + "_") && FORM.matcher(text).matches();
  }
}
