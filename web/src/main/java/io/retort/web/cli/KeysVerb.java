package io.retort.web.cli;

import io.retort.web.ExitCode;
import io.retort.web.UsageException;
import io.retort.web.cli.Replies.Key;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "keys",
    description = "Make, list and revoke API keys.",
    footer = {"", "create needs --name; without --scopes the key may ask and read."})
final class KeysVerb extends ServiceVerb {
  private static final Pattern LIFETIME = Pattern.compile("(\\d{1,6})([hd])");

  @Parameters(
      index = "0",
      arity = "0..1",
      converter = ActionWord.class,
      paramLabel = "create|list|revoke",
      description = "what to do (list)")
  private Action action = Action.LIST;

  @Parameters(index = "1", arity = "0..1", paramLabel = "ID", description = "which key to revoke")
  private @Nullable String id;

  @Mixin private GrantFlags grant = new GrantFlags();

  @Option(
      names = "--expires",
      paramLabel = "WHEN",
      description = "for create: a day, a time such as 2027-11-25T12:00:00Z, or 12h, 90d (never)")
  private @Nullable String expires;

  private @Nullable Instant expiresAt;

  KeysVerb(Program program) {
    super(program);
  }

  /** What can be done with keys. */
  enum Action {
    CREATE,
    LIST,
    REVOKE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Reads an action and names those that there are. */
  static final class ActionWord implements ITypeConverter<Action> {
    @Override
    public Action convert(String word) {
      for (Action action : Action.values()) {
        if (action.toString().equals(word)) {
          return action;
        }
      }
      throw new TypeConversionException("'" + word + "' is none of create, list, revoke");
    }
  }

  @Override
  void check() {
    if (action == Action.REVOKE && id == null) {
      throw new UsageException("revoke needs the ID of a key; retort keys lists them");
    }
    if (action != Action.REVOKE && id != null) {
      throw new UsageException(action + " takes no ID, but there is '" + id + "'");
    }
    if (action != Action.CREATE && (grant.given() || expires != null)) {
      throw new UsageException(
          "--name, --scopes, --collections and --expires belong to create, not to " + action);
    }
    if (action == Action.CREATE && grant.name() == null) {
      throw new UsageException("create needs --name");
    }
    expiresAt = expires == null ? null : instant(expires, Instant.now());
  }

  @Override
  int run(Api api) throws IOException, InterruptedException {
    return switch (action) {
      case CREATE -> create(api);
      case LIST -> list(api);
      case REVOKE -> revoke(api, id == null ? "" : id);
    };
  }

  private int create(Api api) throws IOException, InterruptedException {
    ObjectNode request = grant.request(List.of("ask", "read"));
    request.put("expires_at", expiresAt == null ? null : expiresAt.toString());
    JsonNode made = api.post("/keys", request);
    if (json()) {
      print(made);
    } else {
      Key key = Json.read(made, Key.class);
      note(line(key));
      note("This is the only time that the key is shown:");
      print(key.key() == null ? "" : key.key());
    }
    return ExitCode.DONE;
  }

  private int list(Api api) throws IOException, InterruptedException {
    List<JsonNode> keys = api.list("/keys");
    if (json()) {
      print(Json.list(keys));
    } else if (keys.isEmpty()) {
      note("there are no keys");
    } else {
      keys.forEach(key -> print(line(Json.read(key, Key.class))));
    }
    return ExitCode.DONE;
  }

  private int revoke(Api api, String key) throws IOException, InterruptedException {
    api.delete("/keys/" + Api.quoted(key));
    if (json()) {
      print(Json.object().put("id", key).put("revoked", true));
    } else {
      note("revoked " + key);
    }
    return ExitCode.DONE;
  }

  private static String line(Key key) {
    return "%s  %s…  %s  %s  %s  %s%s"
        .formatted(
            key.id(),
            key.prefix(),
            Terminal.line(key.name()),
            String.join(",", key.scopes()),
            String.join(",", key.collections()),
            key.expiresAt() == null ? "never expires" : "expires " + key.expiresAt(),
            key.suspended() ? "  suspended" : "");
  }

  /** A day is meant from its beginning, in UTC. */
  static Instant instant(String text, Instant now) {
    try {
      Matcher lifetime = LIFETIME.matcher(text);
      if (lifetime.matches()) {
        long count = Long.parseLong(lifetime.group(1));
        Duration from =
            lifetime.group(2).equals("h") ? Duration.ofHours(count) : Duration.ofDays(count);
        return now.plus(from).truncatedTo(ChronoUnit.MILLIS);
      }
      return text.indexOf('T') < 0
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : Instant.parse(text).truncatedTo(ChronoUnit.MILLIS);
    } catch (DateTimeException e) {
      throw new UsageException(
          "--expires is '"
              + text
              + "', allowed: a day such as 2027-11-25, a time such as 2027-11-25T12:00:00Z,"
              + " or a lifetime such as 12h or 90d");
    }
  }
}
