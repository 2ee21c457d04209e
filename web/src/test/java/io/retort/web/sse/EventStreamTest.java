package io.retort.web.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.DelegatingServletOutputStream;
import org.springframework.mock.web.MockHttpServletResponse;
import tools.jackson.databind.json.JsonMapper;

class EventStreamTest {
  private final AtomicInteger lost = new AtomicInteger();
  private final EventStream stream = new EventStream(new JsonMapper(), lost::incrementAndGet);

  @Test
  void eventsComeInOrderAndTheTerminalOneEndsTheStream() throws Exception {
    stream.offer("token", "ans_1:1", Map.of("text", "a\nb"), false);
    stream.offer("done", "ans_1:2", Map.of("ok", true), true);
    assertThat(stream.offer("token", "ans_1:3", Map.of(), false)).isFalse();
    var response = new MockHttpServletResponse();
    stream.writeTo(response);
    assertThat(response.getContentAsString())
        .isEqualTo(
            "event: token\nid: ans_1:1\ndata: {\"text\":\"a\\nb\"}\n\n"
                + "event: done\nid: ans_1:2\ndata: {\"ok\":true}\n\n");
    assertThat(response.getContentType()).startsWith("text/event-stream");
    assertThat(response.getHeader("Cache-Control")).isEqualTo("no-cache");
    assertThat(response.getHeader("X-Accel-Buffering")).isEqualTo("no");
    assertThat(lost).hasValue(0);
  }

  @Test
  void eventsWithoutNamesAreDataAlone() throws Exception {
    stream.offer(List.of("{\"a\":1}"), false);
    stream.offer(List.of("{\"b\":2}", "[DONE]"), true);
    assertThat(stream.offer(List.of("{}"), false)).isFalse();
    var response = new MockHttpServletResponse();
    stream.writeTo(response);
    assertThat(response.getContentAsString())
        .isEqualTo("data: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n");
  }

  @Test
  void silenceIsBrokenByComments() throws Exception {
    var comments = new CountDownLatch(2);
    var response =
        new MockHttpServletResponse() {
          @Override
          public jakarta.servlet.ServletOutputStream getOutputStream() {
            return new DelegatingServletOutputStream(super.getOutputStream()) {
              @Override
              public void write(byte[] bytes) throws IOException {
                if (bytes[0] == ':') {
                  comments.countDown();
                }
                super.write(bytes);
              }
            };
          }
        };
    Thread writer =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    stream.writeTo(response);
                  } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                  }
                });
    comments.await();
    stream.offer("done", "x:1", Map.of(), true);
    writer.join();
    assertThat(response.getContentAsString()).startsWith(":\n\n:\n\n").endsWith("data: {}\n\n");
  }

  @Test
  void aClientThatIsGoneIsToldOfOnce() {
    var response =
        new MockHttpServletResponse() {
          @Override
          public jakarta.servlet.ServletOutputStream getOutputStream() {
            return new DelegatingServletOutputStream(super.getOutputStream()) {
              @Override
              public void write(byte[] bytes) throws IOException {
                throw new IOException("broken pipe");
              }
            };
          }
        };
    assertThatThrownBy(() -> stream.writeTo(response)).isInstanceOf(IOException.class);
    assertThat(lost).hasValue(1);
    assertThat(stream.offer("token", "x:1", Map.of(), false)).isFalse();
  }

  @Test
  void aReaderThatIsTooSlowIsLost() {
    Map<String, String> large = Map.of("text", "x".repeat(100_000));
    assertThat(stream.offer("token", "x:1", large, false)).isTrue();
    assertThat(stream.offer("token", "x:2", large, false)).isTrue();
    assertThat(stream.offer("token", "x:3", large, false)).isFalse();
    assertThat(lost).hasValue(1);
    assertThatThrownBy(() -> stream.writeTo(new MockHttpServletResponse()))
        .hasMessageContaining("too slow");
    assertThat(lost).hasValue(1);
  }
}
