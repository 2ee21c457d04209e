package io.retort.web.json;

import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

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

  /** The words of an enum's constants: in lower case, unless {@link InCapitals} says otherwise. */
  static List<String> words(Class<?> type, AnnotatedElement place) {
    boolean capitals = place.isAnnotationPresent(InCapitals.class);
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> ((Enum<?>) constant).name())
        .map(name -> capitals ? name : name.toLowerCase(Locale.ROOT))
        .toList();
  }
}
