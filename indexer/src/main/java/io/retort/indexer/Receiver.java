package io.retort.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.retort.data.store.ContentFolder;
import io.retort.data.store.DocumentStatus;
import io.retort.data.store.Incoming;
import io.retort.data.store.NewItem;
import io.retort.data.store.Reason;
import io.retort.data.store.Refusal;
import io.retort.data.store.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Takes the bytes of an upload into temporary files and says what each file is to become. */
final class Receiver {
  private static final Reason INVALID_PATH =
      new Reason(
          "invalid_path",
          "a path needs 1 to %d characters besides slashes, dots and control characters"
              .formatted(UploadPath.LONGEST));
  private static final Reason DUPLICATE_PATH =
      new Reason("duplicate_path", "an earlier file of the same request has this path");

  private final ContentFolder originals;
  private final IngestOptions options;

  Receiver(ContentFolder originals, IngestOptions options) {
    this.originals = originals;
    this.options = options;
  }

  /** Files received; closing it removes what was not kept. */
  record Received(List<NewItem> items, List<Incoming> contents) implements AutoCloseable {
    @Override
    public void close() {
      for (Incoming content : contents) {
        try {
          content.close();
        } catch (IOException e) {
          // it lies in the temporary folder, which is emptied at the next start
          System.getLogger(Receiver.class.getName())
              .log(System.Logger.Level.DEBUG, "a temporary file stays", e);
        }
      }
    }
  }

  Received receive(List<Upload> uploads) throws IOException {
    Received received = new Received(new ArrayList<>(), new ArrayList<>());
    boolean whole = false;
    try {
      Set<String> paths = new HashSet<>();
      long left = options.largestRequest();
      for (Upload upload : uploads) {
        Optional<String> path = UploadPath.clean(upload.path());
        if (path.isEmpty()) {
          received
              .items()
              .add(refused(printable(upload.path()), DocumentStatus.FAILED, INVALID_PATH));
        } else if (!paths.add(path.get())) {
          received.items().add(refused(path.get(), DocumentStatus.FAILED, DUPLICATE_PATH));
        } else {
          left -= receive(upload, path.get(), left, received);
        }
      }
      whole = true;
      return received;
    } finally {
      if (!whole) {
        received.close();
      }
    }
  }

  private long receive(Upload upload, String path, long left, Received received)
      throws IOException {
    Optional<Incoming> content;
    try (InputStream source = upload.content().open()) {
      content = originals.receive(source, Math.min(options.largestFile(), left));
    }
    if (content.isEmpty() && left < options.largestFile()) {
      throw new RefusedException(
          Refusal.BODY_TOO_LARGE,
          "the files of one request have at most %d bytes together"
              .formatted(options.largestRequest()));
    }
    if (content.isEmpty()) {
      Reason tooLarge =
          new Reason(
              "file_size", "the file has more than %d bytes".formatted(options.largestFile()));
      received.items().add(refused(path, DocumentStatus.LIMIT, tooLarge));
      return 0;
    }
    received.contents().add(content.get());
    received
        .items()
        .add(
            new NewItem.Stored(
                path,
                upload.title(),
                upload.mediaType(),
                upload.tags(),
                upload.metadata(),
                content.get().sha256(),
                content.get().bytes()));
    return content.get().bytes();
  }

  private static NewItem refused(String path, DocumentStatus status, Reason reason) {
    return new NewItem.Refused(path, status, reason);
  }

  /** As much of a path that is none as can be shown. */
  private static String printable(String path) {
    var text = new StringBuilder();
    path.codePoints()
        .filter(c -> !Character.isISOControl(c))
        .limit(UploadPath.LONGEST)
        .forEach(text::appendCodePoint);
    return text.toString();
  }

  /** Names everything that an upload says: equal for a repeat, and for nothing else. */
  static String fingerprint(String collection, List<NewItem> items) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
    add(digest, collection);
    for (NewItem item : items) {
      add(digest, item.path());
      switch (item) {
        case NewItem.Refused refused -> add(digest, refused.reason().code());
        case NewItem.Stored stored -> {
          add(digest, stored.sha256());
          add(digest, String.valueOf(stored.title()));
          add(digest, String.valueOf(stored.declaredType()));
          add(digest, stored.tags().toString());
          add(digest, new TreeMap<>(stored.metadata()).toString());
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(UTF_8);
    digest.update((bytes.length + ":").getBytes(UTF_8));
    digest.update(bytes);
  }
}
