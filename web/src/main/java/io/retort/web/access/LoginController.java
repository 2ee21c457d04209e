package io.retort.web.access;

import io.retort.data.store.AccessStore;
import io.retort.data.store.Secret;
import io.retort.web.json.RequestBodyModel;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.Refuses;
import io.retort.web.settings.RetortSettings;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Turns a one-time login token into a session, and ends sessions. */
@RestController
@Tag(name = "Sessions")
class LoginController {
  private final AccessStore access;
  private final SessionCookies cookies;
  private final Duration lifetime;

  LoginController(AccessStore access, RetortSettings settings) {
    this.access = access;
    this.cookies = new SessionCookies(settings.server().publicUrl());
    this.lifetime = settings.security().session();
  }

  @RequestBodyModel
  @Schema(name = "Login")
  record LoginBody(@NotNull @Size(min = 1, max = 200) String token) {
    @Override
    public String toString() {
      return "LoginBody[…]";
    }
  }

  @PostMapping("/login")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(
      operationId = "login",
      summary = "Turn a one-time token into a session",
      description =
          "Sets a session cookie, and the cookie XSRF-TOKEN, whose value goes into the "
              + "header X-XSRF-TOKEN of every change.")
  @Refuses({ProblemCode.UNAUTHENTICATED, ProblemCode.STORE_UNAVAILABLE})
  @OpenToAll
  void login(@RequestBody LoginBody body, HttpServletResponse response) {
    Secret session =
        access
            .openSession(Secret.presented(body.token()), lifetime)
            .orElseThrow(CallerArgument::unauthenticated);
    cookies.set(response, session.reveal(), lifetime);
  }

  @PostMapping("/logout")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(operationId = "logout", summary = "End the session")
  @OpenToAll
  void logout(HttpServletRequest request, HttpServletResponse response) {
    String session = SessionCookies.session(request);
    if (session != null) {
      access.closeSession(Secret.presented(session));
    }
    cookies.clear(response);
  }
}
