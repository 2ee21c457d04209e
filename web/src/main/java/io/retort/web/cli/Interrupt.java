package io.retort.web.cli;

import io.retort.web.ExitCode;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Notices Ctrl-C and lets the process end as without it. A shutdown hook cannot tell Ctrl-C from a
 * polite request to stop, and the JDK's only interface that can, {@code sun.misc.Signal}, is
 * addressed by name, since the compiler warns of it in a way that cannot be suppressed.
 */
final class Interrupt {
  private volatile boolean seen;

  Interrupt() {
    InvocationHandler onSignal =
        (proxy, method, arguments) -> {
          if (method.getName().equals("handle")) {
            seen = true;
            Thread.ofPlatform().name("interrupted").start(() -> System.exit(ExitCode.INTERRUPTED));
          }
          return null;
        };
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, onSignal);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("INT"), proxy);
    } catch (InvocationTargetException e) {
      // Under -Xrs the JVM leaves signals alone, and Ctrl-C ends the process at once.
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JDK does not let the program notice Ctrl-C", e);
    }
  }

  boolean seen() {
    return seen;
  }
}
