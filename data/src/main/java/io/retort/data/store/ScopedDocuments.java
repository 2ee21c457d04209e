package io.retort.data.store;

import io.retort.data.AccessScope;
import io.retort.data.DocumentVersion;
import io.retort.data.LiveVersions;
import io.retort.data.TextSpan;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The only way to rows, texts and originals for whoever answers a caller. Each call is confined to
 * the caller's collections; what lies outside is absent. Safe for use by many threads.
 */
public final class ScopedDocuments implements LiveVersions {
  public List<CollectionSummary> collections(AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  public Optional<CollectionSummary> collection(String id, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  public Optional<DocumentRow> document(String id, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  /** By path; a null condition does not bind. */
  public Slice<DocumentRow> documents(
      String collection,
      @Nullable DocumentStatus status,
      @Nullable String pathPrefix,
      SliceRequest slice,
      AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  /**
   * A piece of the live version's text; {@code end} null is the furthest that is allowed.
   *
   * @param version null is the live one, another than the live one is refused as VERSION_GONE
   */
  public Passage passage(
      String documentId,
      int start,
      @Nullable Integer end,
      @Nullable Integer version,
      AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  /** The code points of {@code span} in that version, which has to be valid in the scope now. */
  public String text(String documentId, int version, TextSpan span, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  public Slice<StoredChunk> chunks(String documentId, SliceRequest slice, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  public Optional<Original> original(String documentId, AccessScope scope) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<DocumentVersion> valid(Set<DocumentVersion> found, AccessScope scope) {
    throw new UnsupportedOperationException();
  }
}
