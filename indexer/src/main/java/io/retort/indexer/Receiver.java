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
import org.jspecify.annotations.Nullable;

/**
 * Takes the bytes of an upload into temporary files and says what each file is to become; an
 * archive becomes its files.
 */
final class Receiver {
  private static final Reason INVALID_PATH =
      new Reason(
          "invalid_path",
          "a path needs 1 to %d characters besides slashes, dots and control characters"
              .formatted(UploadPath.LONGEST));
  private static final Reason DUPLICATE_PATH =
      new Reason("duplicate_path", "an earlier file of the same request has this path");

  private static final Reason NESTED =
      new Reason("nested_archive", "archives are unpacked one level deep");
  private static final Reason ENCRYPTED =
      new Reason("encrypted", "the entry opens with a password only");
  private static final Reason CORRUPT = new Reason("corrupt", "the entry cannot be unpacked");

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
          left -= receive(upload, path.get(), left, paths, received);
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

  private long receive(Upload upload, String path, long left, Set<String> paths, Received received)
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
      received.items().add(refused(path, DocumentStatus.LIMIT, tooLarge()));
      return 0;
    }
    if (ZipArchive.isContainer(content.get().file())) {
      try (Incoming archive = content.get()) {
        unpack(upload, path, archive, paths, received);
      }
    } else {
      add(upload, upload.title(), path, content.get(), received);
    }
    return content.get().bytes();
  }

  private static void add(
      Upload upload, @Nullable String title, String path, Incoming content, Received received) {
    received.contents().add(content);
    received
        .items()
        .add(
            new NewItem.Stored(
                path,
                title,
                upload.mediaType(),
                upload.tags(),
                upload.metadata(),
                content.sha256(),
                content.bytes()));
  }

  /** Every file of an archive is an item of its own, unless the archive is too large as a whole. */
  private void unpack(
      Upload upload, String path, Incoming archive, Set<String> paths, Received received)
      throws IOException {
    Received unpacked = new Received(new ArrayList<>(), new ArrayList<>());
    boolean whole = false;
    try {
      ZipArchive.visit(archive.file(), new Unpacking(upload, path, paths, unpacked));
      whole = true;
    } catch (ZipArchive.LimitException e) {
      Reason limit = new Reason(e.code(), String.valueOf(e.getMessage()));
      received.items().add(refused(path, DocumentStatus.LIMIT, limit));
    } finally {
      if (whole) {
        received.items().addAll(unpacked.items());
        received.contents().addAll(unpacked.contents());
      } else {
        unpacked.close();
      }
    }
    if (whole && unpacked.items().isEmpty()) {
      Reason empty = new Reason("empty", "the archive holds no files");
      received.items().add(refused(path, DocumentStatus.NO_TEXT, empty));
    }
  }

  /** Takes the files of one archive as {@code <archive>/<entry>}. */
  private final class Unpacking implements ZipArchive.Visitor {
    private final Upload upload;
    private final String archive;
    private final Set<String> paths;
    private final Received unpacked;

    Unpacking(Upload upload, String archive, Set<String> paths, Received unpacked) {
      this.upload = upload;
      this.archive = archive;
      this.paths = paths;
      this.unpacked = unpacked;
    }

    @Override
    public void file(String name, InputStream content) throws IOException {
      Optional<String> path = free(name);
      if (path.isEmpty()) {
        return;
      }
      Optional<Incoming> received = originals.receive(content, options.largestFile());
      if (received.isEmpty()) {
        unpacked.items().add(Receiver.refused(path.get(), DocumentStatus.LIMIT, tooLarge()));
      } else {
        add(upload, null, path.get(), received.get(), unpacked);
      }
    }

    @Override
    public void refused(String name, ZipArchive.Refused why) {
      free(name)
          .ifPresent(
              path ->
                  unpacked
                      .items()
                      .add(
                          switch (why) {
                            case NESTED_ARCHIVE ->
                                Receiver.refused(path, DocumentStatus.UNSUPPORTED, NESTED);
                            case ENCRYPTED ->
                                Receiver.refused(path, DocumentStatus.ENCRYPTED, ENCRYPTED);
                            case DAMAGED -> Receiver.refused(path, DocumentStatus.FAILED, CORRUPT);
                          }));
    }

    /** The entry's path in the collection; an item that says why, if it cannot have one. */
    private Optional<String> free(String name) {
      // Cleaned alone first: what only climbs out of the archive has no name in it.
      Optional<String> path =
          UploadPath.clean(name).flatMap(inside -> UploadPath.clean(archive + "/" + inside));
      if (path.isEmpty()) {
        String shown = printable(archive + "/" + name);
        unpacked.items().add(Receiver.refused(shown, DocumentStatus.FAILED, INVALID_PATH));
      } else if (!paths.add(path.get())) {
        unpacked.items().add(Receiver.refused(path.get(), DocumentStatus.FAILED, DUPLICATE_PATH));
        return Optional.empty();
      }
      return path;
    }
  }

  private Reason tooLarge() {
    return new Reason(
        "file_size", "the file has more than %d bytes".formatted(options.largestFile()));
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
