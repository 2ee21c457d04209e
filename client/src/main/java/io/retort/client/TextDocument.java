package io.retort.client;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A document that is sent as text.
 *
 * @param path its place in the collection, as {@code policies/leave.txt}
 * @param mediaType {@code text/plain}, {@code text/markdown} or {@code text/html}
 * @param metadata strings, numbers and booleans by name
 */
public record TextDocument(
    String path,
    String text,
    @Nullable String mediaType,
    @Nullable String title,
    @Nullable List<String> tags,
    @Nullable Map<String, Object> metadata) {

  public static TextDocument of(String path, String text) {
    return new TextDocument(path, text, null, null, null, null);
  }
}
