package io.retort.indexer.parse;

import java.nio.charset.Charset;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file to read. Nothing may be written to it.
 *
 * @param mediaType what its content was recognised as
 * @param charset of a text format, found over the whole file; null elsewhere
 * @param unpackedBytes what a packed format may come to, over all its entries
 * @param archiveEntries what a packed format may hold
 */
public record SourceFile(
    Path path,
    String mediaType,
    @Nullable Charset charset,
    long unpackedBytes,
    int archiveEntries) {}
