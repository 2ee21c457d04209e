package io.retort.web.idempotency;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Passes a response on and keeps a copy of its body, up to a size. */
final class CopiedResponse extends HttpServletResponseWrapper {
  private final int capacity;
  private final ByteArrayOutputStream copy = new ByteArrayOutputStream();
  private boolean overflowed;
  private @Nullable ServletOutputStream out;

  CopiedResponse(HttpServletResponse response, int capacity) {
    super(response);
    this.capacity = capacity;
  }

  /** The body, or null if it was too long to be kept. */
  @Nullable String body() {
    return overflowed ? null : copy.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void resetBuffer() {
    super.resetBuffer();
    copy.reset();
  }

  @Override
  public ServletOutputStream getOutputStream() throws IOException {
    ServletOutputStream present = out;
    if (present == null) {
      present = new Copying(super.getOutputStream());
      out = present;
    }
    return present;
  }

  private final class Copying extends ServletOutputStream {
    private final ServletOutputStream target;

    Copying(ServletOutputStream target) {
      this.target = target;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      target.write(bytes, offset, length);
      if (copy.size() + length > capacity) {
        overflowed = true;
      } else {
        copy.write(bytes, offset, length);
      }
    }

    @Override
    public void flush() throws IOException {
      target.flush();
    }

    @Override
    public boolean isReady() {
      return target.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
      target.setWriteListener(listener);
    }
  }
}
