package io.retort.web.cli;

import io.retort.web.ExitCode;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

@Command(
    name = "login",
    description = "Print a fresh login address of the running service; it works once.",
    footer = {"", "Without flags it opens everything."})
final class LoginVerb extends ServiceVerb {
  @Mixin private GrantFlags grant = new GrantFlags();

  LoginVerb(Program program) {
    super(program);
  }

  @Override
  boolean opensDataDirectory() {
    return false; // a login to a service that ends with this verb would be of no use
  }

  @Override
  int run(Api api) throws IOException, InterruptedException {
    JsonNode login = api.post("/admin/logins", grant.request(List.of("admin")));
    if (json()) {
      print(login);
    } else {
      print(Json.read(login, Replies.Login.class).url());
    }
    return ExitCode.DONE;
  }
}
