package io.retort.web.description;

import io.retort.web.access.Caller;
import io.retort.web.json.SchemaCatalog;
import io.retort.web.problem.ErrorForm;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import io.swagger.v3.oas.models.tags.Tag;
import java.util.List;
import org.springdoc.core.utils.SpringDocUtils;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is said of the API as a whole, and who says the rest. */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {
  private static final String BEARER = "bearer";

  static {
    SpringDocUtils.getConfig().addRequestWrapperToIgnore(Caller.class);
  }

  @Bean
  OpenAPI description() {
    return new OpenAPI()
        .info(
            new Info()
                .title("Retort")
                .version("v1")
                .license(new License().name("Apache-2.0").identifier("Apache-2.0"))
                .description(
                    "Answers from your own documents, with the place of every statement.\n\n"
                        + "JSON in UTF-8 with names in snake_case; times are RFC 3339 in UTC. Spans"
                        + " count Unicode code points, the end exclusive. In a request an absent"
                        + " optional field equals null, and a field that is not known is refused."
                        + " Lists come in parts: pass next_cursor as cursor to go on. What fails"
                        + " is application/problem+json; its type is the address of a help page."
                        + " Every response has X-Trace-Id, which the log has too."))
        .servers(List.of(new Server().url("/").description("The service that says this.")))
        .schemaRequirement(
            BEARER,
            new SecurityScheme()
                .type(SecurityScheme.Type.HTTP)
                .scheme("bearer")
                .bearerFormat("rt_…")
                .description(
                    "An API key. Pages use a session cookie instead, with X-XSRF-TOKEN on every"
                        + " change. x-required-scope names the scope that an operation needs;"
                        + " admin stands for all."))
        .addSecurityItem(new SecurityRequirement().addList(BEARER))
        .tags(
            List.of(
                tag("Answers", "Ask, look again, stop, and put an answer to the test."),
                tag("Search", "Neighbours without an answer."),
                tag("Collections", "Documents that are asked together."),
                tag("Documents", "Add, read and delete documents."),
                tag("Jobs", "The work on what was added."),
                tag("Conversations", "Questions that belong together."),
                tag("Feedback", "What askers say of their answers."),
                tag("Evaluation", "Question sets, and how well they are answered."),
                tag("OpenAI", "The same for clients of OpenAI's API; errors have its form."),
                tag("Keys", "Credentials of programs."),
                tag("Sessions", "Credentials of people."),
                tag("Administration", "Login addresses, and how the service is."),
                tag("Health", "For whoever watches the service.")));
  }

  private static Tag tag(String name, String description) {
    return new Tag().name(name).description(description);
  }

  @Bean
  SchemaCatalog schemaCatalog() {
    return new SchemaCatalog("#/components/schemas/");
  }

  @Bean
  RecordConverter recordConverter(SchemaCatalog catalog) {
    return new RecordConverter(catalog);
  }

  @Bean
  OperationDescriber operationDescriber(SchemaCatalog catalog, List<ErrorForm> forms) {
    return new OperationDescriber(catalog, forms, Examples.bundled());
  }
}
