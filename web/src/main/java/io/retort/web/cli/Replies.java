package io.retort.web.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command line reads of the API's objects; the fields that it does not need are left out.
 */
final class Replies {
  private Replies() {}

  /** Why something is not as it should be. */
  record Reason(String code, String message) {}

  /** A job. */
  record Job(
      String id,
      String kind,
      @Nullable String collection,
      String state,
      @Nullable Double progress,
      @Nullable Integer total,
      int completed,
      int failed,
      int unchanged,
      long chunksWritten,
      String createdAt,
      @Nullable Reason error) {
    boolean running() {
      return state.equals("queued") || state.equals("running");
    }

    int finished() {
      return completed + failed + unchanged;
    }
  }

  /** A file of a job. */
  record Item(String path, String status, @Nullable Reason reason) {
    boolean searchableInFull() {
      return status.equals("SEARCHABLE");
    }
  }

  /** A range of code points. */
  record Span(int start, int end) {}

  record Neighbour(
      String chunkId,
      String documentId,
      String title,
      int version,
      @Nullable Integer page,
      Span span,
      @Nullable Span continuation,
      @Nullable String text,
      @Nullable String continuationText,
      double score,
      int rank,
      String source) {}

  record Search(List<Neighbour> neighbours, @Nullable Degraded degraded) {}

  record Degraded(String reason, @Nullable Long missing) {}

  record Citation(
      int id,
      String documentId,
      int version,
      String chunkId,
      String title,
      @Nullable Integer page,
      Span sourceSpan,
      Span answerSpan,
      @Nullable String quote) {}

  /** A token as it is streamed, with the last three only where they were asked for. */
  record Token(
      int index, String text, @Nullable Double copyShare, @Nullable TokenSource topSource) {}

  record TokenSource(String documentId, Span sourceSpan) {}

  record Answer(
      String id,
      @Nullable String answer,
      boolean abstained,
      @Nullable String reason,
      double confidence,
      String finishReason,
      boolean partial,
      @Nullable Degraded degraded,
      List<Citation> citations,
      List<Span> unsupported,
      List<Neighbour> neighbours,
      @Nullable List<Token> tokens,
      Usage usage,
      Timings timings,
      Model model) {}

  record Usage(int generatedTokens, int retrievals) {}

  record Timings(@Nullable Long firstTokenMs, long totalMs) {}

  record Model(String decoder, String encoder, String fingerprint, String device) {}

  record Passage(String text) {}

  record KnockOut(double knockOut) {}

  record Document(String id, String path) {}

  record Collection(String id, long documents, long chunks) {}

  record Key(
      String id,
      String name,
      String prefix,
      List<String> scopes,
      List<String> collections,
      @Nullable String expiresAt,
      boolean suspended,
      @Nullable String key) {
    @Override
    public String toString() {
      return "Key[" + id + "]";
    }
  }

  record Login(String url) {
    @Override
    public String toString() {
      return "Login[…]";
    }
  }

  /** How the service is. */
  record Status(
      String version,
      @Nullable String device,
      @Nullable String fingerprint,
      Index index,
      Disk disk) {}

  record Index(String state, @Nullable Long chunks, @Nullable Long drift) {}

  record Disk(double usedShare) {}

  record Health(String status, @Nullable String reason) {
    boolean ready() {
      return status.equals("ready");
    }
  }

  /** The body of a refusal. */
  record Problem(
      int status, @Nullable String title, @Nullable String detail, @Nullable String code) {}
}
