package io.retort.web.fakes;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A stream of events over a bare socket with small buffers, so that a test decides how much is read
 * and how the connection ends.
 */
public final class RawStream implements AutoCloseable {
  private static final int RECEIVE_BUFFER = 4 << 10;

  private final Socket socket;
  private final InputStream in;
  private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
  private final int status;
  private long bytes;

  private RawStream(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 1);
    readUntil("\r\n\r\n");
    status = Integer.parseInt(seen.toString(StandardCharsets.UTF_8).split(" ", 3)[1]);
    seen.reset();
  }

  /**
   * Posts JSON to where {@code like} goes, with its headers, and reads the head of the response.
   */
  public static RawStream open(HttpRequest.Builder like, String json) {
    HttpRequest request = like.build();
    URI uri = request.uri();
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    var head = new StringBuilder("POST " + uri.getPath() + " HTTP/1.1\r\n");
    head.append("Host: ").append(uri.getAuthority()).append("\r\n");
    request
        .headers()
        .map()
        .forEach(
            (name, values) ->
                head.append(name).append(": ").append(values.getFirst()).append("\r\n"));
    head.append(
        "Content-Type: application/json\r\nAccept: application/json;q=0.1, text/event-stream\r\n");
    head.append("Connection: close\r\nContent-Length: ").append(body.length).append("\r\n\r\n");
    var socket = new Socket();
    try {
      socket.setReceiveBufferSize(RECEIVE_BUFFER);
      socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()));
      socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(body);
      return new RawStream(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int status() {
    return status;
  }

  /** Bytes read so far. */
  public long bytes() {
    return bytes;
  }

  /** One byte, −1 at the end. */
  public int read() {
    try {
      int next = in.read();
      if (next >= 0) {
        bytes++;
        seen.write(next);
      }
      return next;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void readUntil(String end) {
    while (!seen.toString(StandardCharsets.UTF_8).endsWith(end)) {
      if (read() < 0) {
        throw new AssertionError("the stream ended before '" + end + "': " + seen);
      }
    }
  }

  /** Everything up to the server's end of it. */
  public List<Client.Event> events() {
    while (read() >= 0) {}
    return Client.events(withoutChunks(seen.toByteArray()));
  }

  /** The body without the framing of {@code Transfer-Encoding: chunked}. */
  private static String withoutChunks(byte[] framed) {
    var body = new ByteArrayOutputStream();
    int at = 0;
    while (true) {
      int line = at;
      while (framed[line] != '\r') {
        line++;
      }
      int length =
          Integer.parseInt(new String(framed, at, line - at, StandardCharsets.US_ASCII), 16);
      if (length == 0) {
        return body.toString(StandardCharsets.UTF_8);
      }
      body.write(framed, line + 2, length);
      at = line + 2 + length + 2;
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
