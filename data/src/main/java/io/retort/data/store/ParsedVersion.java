package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a version will be once the index holds it.
 *
 * @param status final; the document is searchable if there are chunks
 * @param title from the file, null if it names none
 * @param textSha256 of the stored text, null if none was kept
 * @param placesSha256 of what is kept of where the text stands on its pages, null if nothing is
 * @param embeddings key of the encoded text, null if there is none
 * @param characters code points of the text
 * @param pages null where the format has none
 */
public record ParsedVersion(
    DocumentStatus status,
    @Nullable Reason reason,
    @Nullable String mediaType,
    @Nullable String title,
    @Nullable String textSha256,
    @Nullable String placesSha256,
    @Nullable String embeddings,
    DocumentStructure structure,
    int characters,
    int chunks,
    @Nullable Integer pages,
    List<String> warnings) {
  public ParsedVersion {
    requireNonNull(status, "status");
    requireNonNull(structure, "structure");
    warnings = List.copyOf(warnings);
    if (!status.isFinal() || status.needsReason() != (reason != null)) {
      throw new IllegalArgumentException("a parsed version cannot be " + status + " for " + reason);
    }
    if (chunks > 0 && textSha256 == null) {
      throw new IllegalArgumentException(chunks + " chunks of no text");
    }
  }

  /** A version without text. */
  public static ParsedVersion without(DocumentStatus status, Reason reason) {
    return new ParsedVersion(
        status,
        reason,
        null,
        null,
        null,
        null,
        null,
        new DocumentStructure(List.of(), List.of()),
        0,
        0,
        null,
        List.of());
  }

  public boolean searchable() {
    return chunks > 0;
  }
}
