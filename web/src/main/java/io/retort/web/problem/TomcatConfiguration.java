package io.retort.web.problem;

import java.io.IOException;
import java.util.List;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** Makes problems also of what the container refuses before any servlet sees it. */
@Configuration(proxyBeanMethods = false)
class TomcatConfiguration {
  @Bean
  ProblemWriter problemWriter(JsonMapper json, List<ErrorForm> forms) {
    return new ProblemWriter(json, forms);
  }

  @Bean
  WebServerFactoryCustomizer<TomcatServletWebServerFactory> containerProblems(
      ProblemWriter writer) {
    return factory ->
        factory.addContextCustomizers(
            context -> {
              if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(null);
                host.getPipeline().addValve(new ProblemValve(writer));
              }
            });
  }

  /** Writes the problem of a response that has an error status and no body. */
  static final class ProblemValve extends ErrorReportValve {
    private final ProblemWriter writer;

    ProblemValve(ProblemWriter writer) {
      this.writer = writer;
      setShowReport(false);
      setShowServerInfo(false);
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
      int status = response.getStatus();
      if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
        return;
      }
      ApiException problem = FallbackErrors.ofStatus(status);
      String uri = request.getDecodedRequestURI();
      ProblemWriter.Body body =
          writer.body(problem, uri == null ? "" : uri, TraceFilter.traceId(request));
      try {
        response.setStatus(problem.code().status());
        response.setContentType(body.mediaType());
        byte[] bytes = body.bytes();
        response.setContentLength(bytes.length);
        response.getOutputStream().write(bytes);
        response.finishResponse();
      } catch (IOException e) {
        container.getLogger().debug("the client went away", e);
      }
    }
  }
}
