/**
 * What is kept: the ledger of documents and jobs, answers, conversations and keys in a relational
 * database, and the originals under their own sha256. The edge to Spring Data JDBC, Flyway and the
 * file system; it must not know how a document is parsed, encoded or searched.
 */
@NullMarked
package io.retort.data.store;

import org.jspecify.annotations.NullMarked;
