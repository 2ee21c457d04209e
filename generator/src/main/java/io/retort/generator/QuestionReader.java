package io.retort.generator;

import io.retort.data.ChunkId;
import io.retort.data.Neighbour;
import io.retort.data.RequestLimits;
import io.retort.encoder.DecoderTokenizer;
import io.retort.encoder.WordPieceTokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

/**
 * Reads neighbours under one question. What was read stays while the question does, so a neighbour
 * that comes again at the next chunk costs nothing. Lives in one request, on its thread.
 */
final class QuestionReader {
  /** The graphs and tokenizers that reading takes; shared by all requests. */
  record Means(
      RetroModel model,
      ReaderPool pool,
      DecoderTokenizer tokenizer,
      WordPieceTokenizer wordPieces,
      int retrievedLength) {}

  private record Place(ChunkId chunk, int version, boolean continued) {}

  private final Means means;
  private final int[] asked;
  private final RequestLimits limits;
  private final Map<Place, Future<ReadNeighbour>> reads = new HashMap<>();
  private int tokensRead;

  /**
   * Reads under the question alone, whatever goes before it in the prompt: with an earlier turn
   * before it, this reader, which learnt from single questions, points at that turn's answer.
   */
  QuestionReader(Means means, String style, String question, RequestLimits limits) {
    this.means = means;
    this.asked = ReaderInput.asked(means.wordPieces(), style, question);
    this.limits = limits;
  }

  /**
   * The neighbours in their order, each read.
   *
   * @throws RunInterruptedException if the limits ran out meanwhile
   */
  List<ReadNeighbour> read(List<Neighbour> neighbours) {
    List<ReadNeighbour> read = new ArrayList<>();
    for (Future<ReadNeighbour> future : start(neighbours)) {
      read.add(ReaderPool.await(future));
    }
    return read;
  }

  /** Like {@link #read}, but if the limits run out, the first neighbours, which were in time. */
  List<ReadNeighbour> readInTime(List<Neighbour> neighbours) {
    List<ReadNeighbour> read = new ArrayList<>();
    try {
      for (Future<ReadNeighbour> future : start(neighbours)) {
        read.add(ReaderPool.await(future));
      }
    } catch (RunInterruptedException e) {
      return read;
    }
    return read;
  }

  /** Decoder tokens of all neighbours that were read, each once. */
  int tokensRead() {
    return tokensRead;
  }

  private List<Future<ReadNeighbour>> start(List<Neighbour> neighbours) {
    List<Future<ReadNeighbour>> futures = new ArrayList<>();
    for (Neighbour neighbour : neighbours) {
      var place =
          new Place(
              neighbour.chunk().id(),
              neighbour.chunk().version(),
              neighbour.continuation() != null);
      futures.add(reads.computeIfAbsent(place, unread -> start(neighbour)));
    }
    return futures;
  }

  private Future<ReadNeighbour> start(Neighbour neighbour) {
    NeighbourText text = NeighbourText.of(neighbour, means.tokenizer(), means.retrievedLength());
    tokensRead += text.tokens().length();
    return means.pool().submit(() -> read(text));
  }

  private ReadNeighbour read(NeighbourText text) {
    if (limits.over()) {
      throw new RunInterruptedException();
    }
    var input =
        ReaderInput.of(
            means.wordPieces(), asked, text.chunk().title(), text.codePoints(), text.tokens());
    return new ReadNeighbour(text, means.model().read(input, limits));
  }
}
