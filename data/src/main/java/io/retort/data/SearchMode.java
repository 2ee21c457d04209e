package io.retort.data;

/** Dense (KNN over embeddings), lexical (BM25), or both fused by reciprocal rank. */
public enum SearchMode {
  HYBRID,
  DENSE,
  LEXICAL
}
