package io.retort.web.docs;

import io.retort.web.access.OpenToAll;
import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.swagger.v3.oas.annotations.Hidden;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** {@code /docs}: the documentation, open to everybody who reaches the service. */
@Controller
@Hidden
class DocumentationController {
  private static final MediaType HTML = new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8);
  private static final int LONGEST_QUERY = 100;

  /** Listed when first asked for, each page made when it is: a start has no time for either. */
  private final Supplier<Documentation> documentation =
      SingletonSupplier.of(Documentation::bundled);

  @GetMapping({"/docs", "/docs/"})
  @OpenToAll
  ResponseEntity<String> front() {
    return page("");
  }

  @GetMapping("/docs/{*path}")
  @OpenToAll
  ResponseEntity<String> any(@PathVariable String path) {
    return page(path.substring(1));
  }

  @GetMapping("/docs/search")
  @OpenToAll
  ResponseEntity<String> search(@RequestParam(name = "q", defaultValue = "") String query) {
    String asked = query.strip();
    if (asked.length() > LONGEST_QUERY) {
      asked = asked.substring(0, asked.offsetByCodePoints(0, LONGEST_QUERY / 2));
    }
    return html(new Frame(documentation.get()).found(asked));
  }

  private ResponseEntity<String> page(String path) {
    Documentation site = documentation.get();
    return site.page(path)
        .map(page -> html(new Frame(site).page(page)))
        .orElseThrow(
            () -> new ApiException(ProblemCode.NOT_FOUND, "there is nothing at this address"));
  }

  private static ResponseEntity<String> html(String html) {
    return ResponseEntity.ok().contentType(HTML).body(html);
  }
}
