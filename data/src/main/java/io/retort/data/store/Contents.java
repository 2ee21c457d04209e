package io.retort.data.store;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Originals, extracted texts with the places of their words, and encoded texts. A file goes when no
 * version of any document refers to it. Safe for use by many threads.
 */
public final class Contents {
  private final ContentFolder originals;
  private final ContentFolder texts;
  private final ContentFolder places;
  private final EncodedTexts encodedTexts;
  private final JdbcClient jdbc;

  Contents(StoreLayout layout, JdbcClient jdbc) {
    originals = new ContentFolder(layout.originals(), layout.temporary());
    texts = new ContentFolder(layout.texts(), layout.temporary());
    places = new ContentFolder(layout.places(), layout.temporary());
    encodedTexts = new EncodedTexts(layout.embeddings(), layout.temporary());
    this.jdbc = jdbc;
  }

  public ContentFolder originals() {
    return originals;
  }

  public ContentFolder texts() {
    return texts;
  }

  /** Each the bytes of a {@link io.retort.data.TextPlaces}. */
  public ContentFolder places() {
    return places;
  }

  public EncodedTexts encodedTexts() {
    return encodedTexts;
  }

  /** What versions that are gone referred to. */
  record Released(
      Set<String> originals, Set<String> texts, Set<String> places, Set<String> embeddings) {
    Released() {
      this(new HashSet<>(), new HashSet<>(), new HashSet<>(), new HashSet<>());
    }
  }

  /** Removes what nothing refers to any more; call it after the rows are gone for good. */
  void remove(Released released) throws IOException {
    for (String sha256 : released.originals()) {
      originals.removeUnless(sha256, name -> refers("sha256", name));
    }
    for (String sha256 : released.texts()) {
      texts.removeUnless(sha256, name -> refers("text_sha256", name));
    }
    for (String sha256 : released.places()) {
      places.removeUnless(sha256, name -> refers("places_sha256", name));
    }
    for (String key : released.embeddings()) {
      if (!refers("embeddings", key)) {
        encodedTexts.remove(key);
      }
    }
  }

  /**
   * Removes a text that was kept for a version which no row names, and its places, unless another
   * version has them.
   */
  public void discardText(String sha256, @Nullable String placesSha256) throws IOException {
    texts.removeUnless(sha256, name -> refers("text_sha256", name));
    if (placesSha256 != null) {
      places.removeUnless(placesSha256, name -> refers("places_sha256", name));
    }
  }

  /**
   * Removes all files that nothing refers to: uploads that were stored and never acknowledged, and
   * what a crash kept from being removed. Returns how many there were.
   */
  public int sweep() throws IOException {
    var orphans =
        new Released(
            orphans(originals.names(), "sha256"),
            orphans(texts.names(), "text_sha256"),
            orphans(places.names(), "places_sha256"),
            orphans(encodedTexts.keys(), "embeddings"));
    remove(orphans);
    return orphans.originals().size()
        + orphans.texts().size()
        + orphans.places().size()
        + orphans.embeddings().size();
  }

  private Set<String> orphans(List<String> names, String column) {
    Set<String> orphans = new HashSet<>(names);
    jdbc.sql(
            "select distinct %s from document_version where %s is not null"
                .formatted(column, column))
        .query(String.class)
        .list()
        .forEach(orphans::remove);
    return orphans;
  }

  private boolean refers(String column, String name) {
    return jdbc.sql("select count(*) from document_version where " + column + " = :name")
            .param("name", name)
            .query(Long.class)
            .single()
        > 0;
  }
}
