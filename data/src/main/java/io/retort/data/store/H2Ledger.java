package io.retort.data.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.h2.api.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The ledger as an H2 file.
 *
 * <p>{@code WRITE_DELAY=0}, since by default H2 keeps commits in memory for half a second and a
 * {@code kill -9} loses what was acknowledged; {@code DB_CLOSE_ON_EXIT=FALSE}, since H2's own
 * shutdown hook would close the ledger under a server that still drains. The sync to the device is
 * {@link Barrier}'s.
 */
final class H2Ledger implements AutoCloseable {
  /**
   * H2's way to files that survives an interrupt. By default the interrupt of any thread that
   * happens to write closes the file, and with it the ledger for everybody.
   */
  static final String FILES = "async:";

  private static final int CONNECTIONS = 16;

  /** Two file headers; a shorter file would be taken for a new, empty database. */
  private static final long SMALLEST_FILE = 2 * 4096;

  private final HikariDataSource dataSource;

  private H2Ledger(HikariDataSource dataSource) {
    this.dataSource = dataSource;
  }

  /**
   * Creates the ledger of a new store, or opens that of an existing one.
   *
   * @param fileSystem H2's name for how it reaches files, with a colon
   * @param folder exists
   * @throws StoreException if the ledger is missing, damaged, newer, or another store's
   */
  static H2Ledger open(String fileSystem, Path folder, String storeId, boolean existing)
      throws IOException {
    Path file = folder.resolve("ledger.mv.db");
    if (folder.toString().contains(";")) {
      throw new IllegalArgumentException(
          "the data directory's path must not contain a semicolon: " + folder);
    }
    if (existing && (!Files.exists(file) || Files.size(file) < SMALLEST_FILE)) {
      throw damaged(file, "it is " + (Files.exists(file) ? "cut short" : "missing"), null);
    }
    String password = existing ? readPassword(folder) : newPassword(folder);
    HikariDataSource dataSource;
    try {
      dataSource = new HikariDataSource(config(fileSystem, folder, password, existing));
    } catch (RuntimeException e) {
      throw unopened(file, e);
    }
    try {
      if (existing) {
        checkStoreId(dataSource, file, storeId);
      }
      migrate(dataSource, file);
      if (!existing) {
        JdbcClient.create(dataSource)
            .sql("update ledger_head set store_id = :id")
            .param("id", storeId)
            .update();
      }
      return new H2Ledger(dataSource);
    } catch (RuntimeException e) {
      dataSource.close();
      throw e;
    }
  }

  private static HikariConfig config(
      String fileSystem, Path folder, String password, boolean existing) {
    var config = new HikariConfig();
    config.setPoolName("ledger");
    config.setJdbcUrl(
        "jdbc:h2:%s%s;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;DB_CLOSE_DELAY=-1;LOCK_TIMEOUT=20000%s"
            .formatted(
                fileSystem,
                folder.resolve("ledger").toAbsolutePath(),
                existing ? ";IFEXISTS=TRUE" : ""));
    config.setUsername("retort");
    config.setPassword(password);
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(2);
    config.setConnectionTimeout(Duration.ofSeconds(10).toMillis());
    return config;
  }

  private static String newPassword(Path folder) throws IOException {
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    String password = HexFormat.of().formatHex(secret);
    DurableFiles.write(folder.resolve("password"), password.getBytes(US_ASCII));
    return password;
  }

  private static String readPassword(Path folder) throws IOException {
    Path file = folder.resolve("password");
    if (!Files.isRegularFile(file)) {
      throw damaged(file, "it is missing", null);
    }
    return Files.readString(file, US_ASCII).strip();
  }

  private static void checkStoreId(HikariDataSource dataSource, Path file, String storeId) {
    String found;
    try {
      found =
          JdbcClient.create(dataSource)
              .sql("select store_id from ledger_head where id = 1")
              .query(String.class)
              .single();
    } catch (DataAccessException e) {
      throw damaged(file, "it holds no ledger", e);
    }
    if (!storeId.equals(found)) {
      throw damaged(file, "it belongs to the store %s, this is %s".formatted(found, storeId), null);
    }
  }

  private static void migrate(HikariDataSource dataSource, Path file) {
    try {
      Flyway.configure()
          .dataSource(dataSource)
          .locations("classpath:db/migration")
          .ignoreMigrationPatterns(new String[0]) // a migration that this program does not know
          .load()
          .migrate();
    } catch (FlywayValidateException e) {
      throw new StoreException(
          StoreException.Kind.INCOMPATIBLE,
          "the ledger %s was written by another version of the program (%s); run that one"
              .formatted(file, e.getMessage()),
          e);
    } catch (FlywayException e) {
      throw damaged(file, "its tables could not be brought up to date: " + e.getMessage(), e);
    }
  }

  private static StoreException unopened(Path file, RuntimeException e) {
    SQLException sql = null;
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SQLException found) {
        sql = found;
      }
    }
    if (sql != null && sql.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1) {
      return new StoreException(
          StoreException.Kind.IN_USE, "the ledger " + file + " is open in another program", e);
    }
    return damaged(file, String.valueOf(sql == null ? e.getMessage() : sql.getMessage()), e);
  }

  private static StoreException damaged(Path file, String how, @Nullable Throwable cause) {
    return new StoreException(
        StoreException.Kind.DAMAGED,
        "the ledger file %s cannot be used: %s; it is left as it is. Restore a backup into an empty"
                .formatted(file, how)
            + " directory with `retort restore`",
        cause);
  }

  HikariDataSource dataSource() {
    return dataSource;
  }

  /** Closes the database in order, so that the next start has nothing to repair. */
  @Override
  public void close() {
    dataSource.close(); // first: a pool that refills itself would open the database anew
    try (Connection connection =
            DriverManager.getConnection(
                dataSource.getJdbcUrl(), dataSource.getUsername(), dataSource.getPassword());
        Statement statement = connection.createStatement()) {
      statement.execute("shutdown");
    } catch (SQLException e) {
      System.getLogger(H2Ledger.class.getName())
          .log(System.Logger.Level.WARNING, "the ledger was not closed in order", e);
    }
  }
}
