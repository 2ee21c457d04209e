package io.retort.web.access;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import io.retort.web.problem.ProblemWriter;
import io.retort.web.settings.RetortSettings;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.AuthorizationFilter;
import org.springframework.security.web.firewall.RequestRejectedHandler;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Closed by default: what is listed here is open or needs a credential, everything else is shut.
 */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration implements WebMvcConfigurer {
  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
          + " frame-ancestors 'none'; base-uri 'none'; form-action 'self';"
          + " require-trusted-types-for 'script'";

  @Override
  public void addInterceptors(InterceptorRegistry registry) {
    registry.addInterceptor(new ScopeInterceptor());
  }

  @Override
  public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
    resolvers.add(new CallerArgument());
  }

  @Bean
  SecurityFilterChain filterChain(
      HttpSecurity http,
      RetortSettings settings,
      Credentials credentials,
      RateLimiter rateLimiter,
      ProblemWriter problems) {
    var gate = new RequestGate(settings.server().allowedHosts(), settings.server().publicUrl());
    return http.csrf(AbstractHttpConfigurer::disable)
        .formLogin(AbstractHttpConfigurer::disable)
        .httpBasic(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .requestCache(AbstractHttpConfigurer::disable)
        .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .headers(
            headers ->
                headers
                    .contentSecurityPolicy(csp -> csp.policyDirectives(CONTENT_SECURITY_POLICY))
                    .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER)))
        .addFilterBefore(
            new CredentialFilter(gate, credentials, rateLimiter, problems),
            AuthorizationFilter.class)
        .authorizeHttpRequests(
            requests ->
                requests
                    .dispatcherTypeMatchers(DispatcherType.FORWARD, DispatcherType.ERROR)
                    .permitAll()
                    .requestMatchers(WebPaths.OPEN)
                    .permitAll()
                    .requestMatchers(WebPaths.METRICS)
                    .access((caller, _) -> new AuthorizationDecision(mayAdminister(caller.get())))
                    .requestMatchers(WebPaths.NEEDING_CREDENTIAL)
                    .authenticated()
                    .requestMatchers(WebPaths.PAGES)
                    .authenticated()
                    .anyRequest()
                    .denyAll())
        .exceptionHandling(
            handling ->
                handling
                    .authenticationEntryPoint(
                        (request, response, e) -> enter(request, response, problems))
                    .accessDeniedHandler(
                        (request, response, e) ->
                            problems.write(request, response, denied(request))))
        .build();
  }

  /** Methods are judged by the handlers, which know what to put into Allow. */
  @Bean
  StrictHttpFirewall httpFirewall() {
    var firewall = new StrictHttpFirewall();
    firewall.setUnsafeAllowAnyHttpMethod(true);
    return firewall;
  }

  /** Odd paths are unknown paths: 401 without a credential, 404 with one. */
  @Bean
  RequestRejectedHandler requestRejectedHandler(
      RetortSettings settings,
      Credentials credentials,
      RateLimiter rateLimiter,
      ProblemWriter problems) {
    var gate = new RequestGate(settings.server().allowedHosts(), settings.server().publicUrl());
    var filter = new CredentialFilter(gate, credentials, rateLimiter, problems);
    return (request, response, rejected) -> {
      try {
        filter.doFilter(
            request,
            response,
            (req, res) -> {
              Authentication caller = SecurityContextHolder.getContext().getAuthentication();
              problems.write(
                  (HttpServletRequest) req,
                  (HttpServletResponse) res,
                  caller == null ? CallerArgument.unauthenticated() : notFound());
            });
      } finally {
        SecurityContextHolder.clearContext();
      }
    };
  }

  private static boolean mayAdminister(@Nullable Authentication authentication) {
    return authentication != null
        && authentication.getPrincipal() instanceof Caller caller
        && caller.isAdmin();
  }

  /** Who is known and yet denied has either too small a scope or the address of nothing. */
  private static ApiException denied(HttpServletRequest request) {
    return request.getRequestURI().equals(WebPaths.METRICS)
        ? Caller.missing(Scope.ADMIN)
        : notFound();
  }

  private static ApiException notFound() {
    return new ApiException(ProblemCode.NOT_FOUND, "there is nothing at this address");
  }

  private static void enter(
      HttpServletRequest request, HttpServletResponse response, ProblemWriter problems)
      throws IOException {
    if (WebPaths.isPage(request)) {
      response.setStatus(HttpServletResponse.SC_FOUND);
      response.setHeader("Location", WebPaths.loginFor(request));
    } else {
      problems.write(request, response, CallerArgument.unauthenticated());
    }
  }
}
