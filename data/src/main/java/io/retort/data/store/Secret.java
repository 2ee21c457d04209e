package io.retort.data.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/** 260 random bits that open something; whoever holds the text is let in. */
public final class Secret {
  private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
  private static final int LENGTH = 52;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String text;

  private Secret(String text) {
    this.text = text;
  }

  /** A new secret that begins with {@code prefix}. */
  public static Secret create(String prefix) {
    byte[] bytes = new byte[LENGTH];
    RANDOM.nextBytes(bytes);
    var text = new StringBuilder(prefix);
    for (byte b : bytes) {
      text.append(ALPHABET[b & 31]);
    }
    return new Secret(text.toString());
  }

  /** A secret that somebody presents. */
  public static Secret presented(String text) {
    return new Secret(text);
  }

  /** The secret itself: to be shown once and never to be logged. */
  public String reveal() {
    return text;
  }

  /** What may be kept of it. */
  public String sha256() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has SHA-256", e);
    }
  }

  /** Compares with a kept hash in a time that does not depend on where they differ. */
  public boolean matches(String sha256) {
    return MessageDigest.isEqual(
        sha256().getBytes(StandardCharsets.US_ASCII), sha256.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public String toString() {
    return "Secret[…]";
  }
}
