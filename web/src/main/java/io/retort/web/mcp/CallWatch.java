package io.retort.web.mcp;

import io.retort.data.CancelSignal;
import java.util.function.Consumer;

/** What connects a call under way with whoever made it: news of it, and the wish to stop it. */
final class CallWatch {
  private final CancelSignal cancel = new CancelSignal();
  private final Consumer<String> news;

  /**
   * A call that nobody has stopped.
   *
   * @param news takes each thing that happens, in words for people; must not block
   */
  CallWatch(Consumer<String> news) {
    this.news = news;
  }

  /** A call whose caller wants to know nothing before its end. */
  static CallWatch silent() {
    return new CallWatch(_ -> {});
  }

  CancelSignal cancel() {
    return cancel;
  }

  void tell(String what) {
    news.accept(what);
  }
}
