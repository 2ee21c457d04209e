package io.retort.web.access;

import io.retort.web.problem.ApiException;
import io.retort.web.problem.ProblemCode;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/** Holds each handler of ours to the scope that it names, before its body is read. */
final class ScopeInterceptor implements HandlerInterceptor {
  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    if (request.getDispatcherType() == DispatcherType.REQUEST
        && handler instanceof HandlerMethod method
        && method.getBeanType().getPackageName().startsWith("io.retort.")
        && !method.hasMethodAnnotation(OpenToAll.class)) {
      Requires requires = method.getMethodAnnotation(Requires.class);
      if (requires == null) {
        throw new ApiException(ProblemCode.NOT_FOUND, "there is nothing at this address");
      }
      CallerArgument.current().require(requires.value());
    }
    return true;
  }
}
