package io.retort.data.store;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * What a credential allows its holder.
 *
 * @param name of the person or program, for lists and logs
 * @param scopes of {@code ask}, {@code read}, {@code write}, {@code admin}
 * @param collections their ids, or the one element {@code *} for all, later ones included
 */
public record Grant(String name, Set<String> scopes, Set<String> collections) {
  /** The element of {@link #collections} that stands for all. */
  public static final String ALL = "*";

  public Grant {
    requireNonNull(name, "name");
    scopes = Set.copyOf(scopes);
    collections = Set.copyOf(collections);
  }

  public boolean coversAll() {
    return collections.contains(ALL);
  }
}
