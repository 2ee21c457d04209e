package io.retort.web.rooms;

import io.retort.indexer.parse.ForkSettings;
import io.retort.indexer.parse.ForkedParsers;
import io.retort.indexer.parse.ParseLimits;
import io.retort.web.settings.RetortSettings;
import java.nio.file.Path;

/** The product's own parsers, in JVMs of their own. */
public final class ForkedExtraction implements ExtractionSource {
  private final RetortSettings.Ingest settings;

  public ForkedExtraction(RetortSettings settings) {
    this.settings = settings.ingest();
  }

  @Override
  public Opened open(Path tempFolder) throws InterruptedException {
    ForkSettings usual = ForkSettings.inFolder(tempFolder.resolve("parsers"));
    var forks =
        new ForkSettings(
            usual.java(),
            usual.classPath(),
            usual.tempFolder(),
            Math.toIntExact(settings.parserHeap() >> 20),
            settings.workers(),
            usual.filesPerFork());
    ParseLimits promised = ParseLimits.DEFAULT;
    var limits =
        new ParseLimits(
            settings.maxCharacters(),
            promised.unpackedBytes(),
            promised.archiveEntries(),
            promised.silence(),
            settings.parserTimeout(),
            promised.attempts());
    ForkedParsers parsers = ForkedParsers.open(forks);
    return new Opened(
        (original, name, type) -> parsers.parse(original, name, type, limits), parsers::close);
  }
}
