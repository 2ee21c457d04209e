package io.retort.indexer.parse;

import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What kind of text a text is. What it says at its beginning decides; where that leaves a choice,
 * the declared type breaks the tie, and then the name.
 */
final class TextKind {
  static final String PLAIN = "text/plain";
  static final String MARKDOWN = "text/markdown";
  static final String HTML = "text/html";
  static final String XML = "application/xml";

  /** For the detector to name: text on the outside only. */
  static final String UNKNOWN = "";

  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

  private static final Pattern SURELY_HTML =
      Pattern.compile(
          "\\A\\s*(?:<\\?xml[^>]*\\?>\\s*)?(?:<!--.*?-->\\s*)*<(?:!doctype\\s+html|html|head|body)\\b",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private static final Pattern PERHAPS_HTML =
      Pattern.compile(
          "\\A\\s*<(?:!--|(?:script|iframe|h1|div|font|table|a|style|title|b|br|p)[\\s>])",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern SOME_MARKUP = Pattern.compile("<[A-Za-z/!]");
  private static final Pattern XML_BEGINNING =
      Pattern.compile("\\A\\s*(?:<\\?xml\\s|<!DOCTYPE\\s|<svg[\\s>])", Pattern.CASE_INSENSITIVE);

  private static final Pattern HTML_CHARSET =
      Pattern.compile(
          "<meta[^>]{0,200}?charset\\s*=\\s*[\"']?([\\w.:-]{2,40})", Pattern.CASE_INSENSITIVE);

  private static final Pattern XML_CHARSET =
      Pattern.compile("\\A\\s*<\\?xml[^>]{0,200}?encoding\\s*=\\s*[\"']([\\w.:-]{2,40})[\"']");

  private static final Map<String, String> BY_ENDING =
      Map.ofEntries(
          Map.entry("md", MARKDOWN),
          Map.entry("markdown", MARKDOWN),
          Map.entry("html", HTML),
          Map.entry("htm", HTML),
          Map.entry("xhtml", HTML),
          Map.entry("csv", "text/csv"),
          Map.entry("tsv", "text/tab-separated-values"),
          Map.entry("json", "application/json"),
          Map.entry("jsonl", "application/jsonl"));

  private TextKind() {}

  static String of(String head, String name, @Nullable String declaredType) {
    if (head.startsWith("%PDF-")
        || head.startsWith("{\\rtf")
        || head.startsWith("%!PS")
        || (head.length() > 262 && head.startsWith("ustar", 257))) {
      return UNKNOWN;
    }
    if (SURELY_HTML.matcher(head).find()) {
      return HTML;
    }
    if (XML_BEGINNING.matcher(head).find()) {
      return XML;
    }
    String hint = hint(name, declaredType);
    if (hint.equals(HTML)) {
      return SOME_MARKUP.matcher(head).find() ? HTML : PLAIN;
    }
    boolean said = !hint.isEmpty();
    if (!said && !PLAIN.equals(declaredType) && PERHAPS_HTML.matcher(head).find()) {
      return HTML;
    }
    return said ? hint : PLAIN;
  }

  /** What name and sender say, empty if nothing that tells kinds of text apart. */
  private static String hint(String name, @Nullable String declaredType) {
    if (MARKDOWN.equals(declaredType)) {
      return MARKDOWN;
    }
    if (HTML.equals(declaredType)) {
      return HTML;
    }
    return BY_ENDING.getOrDefault(ending(name), "");
  }

  /** Whether name or sender call a file text of any kind. */
  static boolean isCalledText(String name, @Nullable String declaredType) {
    return (declaredType != null && declaredType.startsWith("text/"))
        || ending(name).equals("txt")
        || BY_ENDING.containsKey(ending(name));
  }

  private static String ending(String name) {
    return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
  }

  /** Whether the text itself says that it is markup, whatever it is called. */
  static boolean isMarkup(String head) {
    return SURELY_HTML.matcher(head).find() || XML_BEGINNING.matcher(head).find();
  }

  /**
   * The charset of markup. Unicode that shows itself beats what the markup declares, which beats
   * statistics.
   */
  static Charset markupCharset(String kind, String head, @Nullable Charset found) {
    if (found != null && found.name().startsWith("UTF-")) {
      return found;
    }
    Charset declared = declaredCharset(kind, head);
    if (declared != null && !declared.name().startsWith("UTF-")) {
      return declared;
    }
    return found != null ? found : WINDOWS_1252;
  }

  /** The charset that markup declares for itself, null if it declares none that is known here. */
  private static @Nullable Charset declaredCharset(String kind, String head) {
    Matcher matcher = (kind.equals(HTML) ? HTML_CHARSET : XML_CHARSET).matcher(head);
    if (!matcher.find()) {
      return null;
    }
    try {
      Charset charset = Charset.forName(matcher.group(1));
      // Read as ASCII so far, so it cannot be what it says if it is not a superset of ASCII.
      return new String(new byte[] {'<', 'a'}, charset).equals("<a") ? charset : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
