package io.retort.web.rest;

import io.retort.web.access.OpenToAll;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.ProblemPages;
import io.swagger.v3.oas.annotations.Hidden;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** The addresses that people open: one page for all of the application, and the help pages. */
@Controller
@Hidden
class PageController {
  @GetMapping({
    "/",
    "/history",
    "/collections",
    "/collections/{id}",
    "/documents/{id}",
    "/jobs",
    "/evaluations",
    "/evaluations/{id}",
    "/admin",
    "/swagger-ui.html"
  })
  @OpenToAll
  String application() {
    return "forward:/index.html";
  }

  @GetMapping("/login")
  @OpenToAll
  String login() {
    return "forward:/login.html";
  }

  @GetMapping("/problems/{code}")
  @OpenToAll
  ResponseEntity<String> problem(@PathVariable String code) {
    return ProblemPages.page(code)
        .map(page -> ResponseEntity.ok().contentType(MediaType.TEXT_HTML).body(page))
        .orElseThrow(
            () -> new ApiException(ProblemCode.NOT_FOUND, "there is nothing at this address"));
  }
}
