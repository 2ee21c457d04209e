package io.retort.client;

/** What a credential may be used for. */
public enum Scope {
  ASK,
  READ,
  WRITE,
  ADMIN
}
