package io.retort.web.access;

import java.util.Locale;

/** What a credential may be used for. Each stands for itself alone, but ADMIN for all. */
public enum Scope {
  /** Answers, conversations, feedback, search and embeddings. */
  ASK,
  /** Looking at collections, documents, passages and jobs. */
  READ,
  /** Changing documents and steering jobs. */
  WRITE,
  /** Everything, in all collections. */
  ADMIN;

  /** The name that credentials and problems use. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
