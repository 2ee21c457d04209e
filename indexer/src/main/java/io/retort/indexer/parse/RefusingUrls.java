package io.retort.indexer.parse;

import java.io.IOException;
import java.net.URL;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.net.URLStreamHandlerFactory;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lets URLs reach the JVM's own files, which class loading needs, and nothing else. */
final class RefusingUrls implements URLStreamHandlerFactory {
  private static final Set<String> OWN = Set.of("file", "jar", "jrt");

  @Override
  public @Nullable URLStreamHandler createURLStreamHandler(String protocol) {
    return OWN.contains(protocol) ? null : new Refusing();
  }

  private static final class Refusing extends URLStreamHandler {
    @Override
    protected URLConnection openConnection(URL url) throws IOException {
      throw new IOException("a parser opens no connections");
    }
  }
}
