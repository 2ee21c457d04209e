package io.retort.web.json;

/** The public spelling of Java's names. */
public final class Names {
  private Names() {}

  /** {@code pathPrefix} as {@code path_prefix}. */
  public static String snakeCase(String javaName) {
    var text = new StringBuilder();
    for (int i = 0; i < javaName.length(); i++) {
      char c = javaName.charAt(i);
      if (Character.isUpperCase(c)) {
        text.append('_').append(Character.toLowerCase(c));
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }
}
