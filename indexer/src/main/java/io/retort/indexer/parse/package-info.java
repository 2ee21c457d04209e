/**
 * Bytes to text, format by format, in forked JVMs, so that a hostile file can take down nothing but
 * its own parser. The edge to Tika, PDFBox, jsoup and commonmark; it must not know chunks, vectors
 * or the ledger.
 *
 * <p>Two JVMs share this package. {@code ForkedParsers} and what it uses run in the service: it
 * probes a file's charset, reads plain text itself, and hands everything else to {@code ParserMain}
 * in a fork, over frames on two pipes. What a parser says is counted and sanitised on this side;
 * only {@code DocumentParser}s and what they use touch a foreign format, and they run on the other.
 *
 * <p>A fork's class path is taken from the service's own {@code java.class.path}: the classes of
 * this module and the parser libraries, found by their file names. So the service has to be started
 * from folders and plain jars ({@code java -cp 'lib/*'}, or classes and jars as a build has them).
 * The jars inside a Spring Boot executable jar are out of a child's reach: unpack it ({@code
 * -Djarmode=tools extract}) and start the application jar that this leaves beside {@code lib/}, or
 * assemble {@code lib/} directly. Started otherwise, {@code ParserClassPath} says so at once.
 *
 * <p>A new format: a {@code DocumentParser} in a package of its own below this one, a line in
 * {@code DocumentParsers}, its libraries in {@code ParserClassPath}, and a subclass of {@code
 * DocumentParserContract} with a sample.
 */
@NullMarked
package io.retort.indexer.parse;

import org.jspecify.annotations.NullMarked;
