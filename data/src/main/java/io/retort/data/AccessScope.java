package io.retort.data;

import static java.util.Objects.requireNonNull;

import java.util.Set;

/**
 * The caller and the collections that they may see, built from the server's own record alone. Never
 * null, never "all" by omission: an empty set sees nothing.
 */
public record AccessScope(String principal, Set<String> collections) {
  public AccessScope {
    requireNonNull(principal, "principal");
    collections = Set.copyOf(collections);
  }

  public boolean sees(String collection) {
    return collections.contains(collection);
  }

  /** The part of this scope that lies inside {@code wanted}; it never grows. */
  public AccessScope narrowedTo(Set<String> wanted) {
    var both = new java.util.TreeSet<>(collections);
    both.retainAll(wanted);
    return new AccessScope(principal, both);
  }
}
