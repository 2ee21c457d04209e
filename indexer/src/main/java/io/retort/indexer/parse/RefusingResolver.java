package io.retort.indexer.parse;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/**
 * Resolves no name at all. Named as a service in a folder that only forked parsers have on their
 * class path: anywhere else it would cut off the whole service.
 */
public final class RefusingResolver extends InetAddressResolverProvider {
  @Override
  public InetAddressResolver get(Configuration configuration) {
    return new InetAddressResolver() {
      @Override
      public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
          throws UnknownHostException {
        throw new UnknownHostException("a parser resolves no names");
      }

      @Override
      public String lookupByAddress(byte[] address) throws UnknownHostException {
        throw new UnknownHostException("a parser resolves no addresses");
      }
    };
  }

  @Override
  public String name() {
    return "none";
  }
}
