package io.retort.indexer.parse;

import java.io.IOException;
import java.util.Set;

/**
 * Reads one family of formats. It runs in a forked JVM, one file at a time, and may fail in any way
 * without harm to others. An exception that is not a {@link DocumentRefusedException} means that
 * the file is damaged; an {@link Error} ends the JVM.
 */
public interface DocumentParser {
  /** The media types that it reads, in the detector's words. */
  Set<String> mediaTypes();

  void parse(SourceFile source, TextSink sink) throws IOException, DocumentRefusedException;
}
