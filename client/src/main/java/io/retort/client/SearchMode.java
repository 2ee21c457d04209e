package io.retort.client;

/** How chunks are looked for. */
public enum SearchMode {
  HYBRID,
  DENSE,
  LEXICAL
}
