package io.retort.web;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * The two files by which the owner of the data directory finds a running service: {@code
 * service.json} for the command line, {@code login-url} for a person. Only the owner can read them.
 */
public final class ServiceFiles {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path service;
  private final Path loginUrl;

  ServiceFiles(Path dataDir) {
    this.service = dataDir.resolve("service.json");
    this.loginUrl = dataDir.resolve("login-url");
  }

  /** How the command line reaches the service. */
  public record Service(String address, String token, long pid) {
    public Service {
      requireNonNull(address, "address");
      requireNonNull(token, "token");
    }

    @Override
    public String toString() {
      return "Service[" + address + "]";
    }
  }

  /**
   * The service that the data directory tells of; it may have been killed since.
   *
   * @throws IOException if the file is there and cannot be read
   */
  public static Optional<Service> read(Path dataDir) throws IOException {
    Path file = new ServiceFiles(dataDir).service;
    String content;
    try {
      content = Files.readString(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      return Optional.of(JSON.readValue(content, Service.class));
    } catch (JacksonException e) {
      throw new IOException(file + " is not what a service writes; remove it", e);
    }
  }

  /**
   * @param url null if the login address was shown on a terminal
   */
  void write(Service running, @Nullable String url) throws IOException {
    writePrivately(service, JSON.writeValueAsString(running) + "\n");
    if (url == null) {
      Files.deleteIfExists(loginUrl);
    } else {
      writePrivately(loginUrl, url + "\n");
    }
  }

  void delete() {
    try {
      Files.deleteIfExists(service);
      Files.deleteIfExists(loginUrl);
    } catch (IOException e) {
      throw new UncheckedIOException("removing the files of the running service", e);
    }
  }

  /** Created for its owner alone before it has a content, and then put in place. */
  private static void writePrivately(Path file, String content) throws IOException {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    Path folder = file.toAbsolutePath().getParent();
    Path beside =
        posix
            ? Files.createTempFile(
                folder,
                ".service",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
            : Files.createTempFile(folder, ".service", ".tmp");
    Files.writeString(beside, content);
    Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
  }
}
