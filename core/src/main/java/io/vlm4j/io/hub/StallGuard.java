package io.vlm4j.io.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/**
 * Closes a stream from which nothing has come for a while: the JDK's own limit ends with the head
 * of an answer.
 */
final class StallGuard implements AutoCloseable {
  private final Thread watcher;
  private volatile long last = System.nanoTime();
  private volatile boolean fired;

  StallGuard(InputStream stream, Duration patience) {
    watcher = Thread.startVirtualThread(() -> watch(stream, patience.toNanos()));
  }

  private void watch(InputStream stream, long patience) {
    try {
      long left = patience;
      while (left > 0) {
        Thread.sleep(Duration.ofNanos(left));
        left = last + patience - System.nanoTime();
      }
      fired = true;
      stream.close();
    } catch (InterruptedException _) {
      // The stream has ended.
    } catch (IOException _) {
      // It is of no use any more, however it is closed.
    }
  }

  /** Something came. */
  void alive() {
    last = System.nanoTime();
  }

  boolean hasFired() {
    return fired;
  }

  @Override
  public void close() {
    watcher.interrupt();
  }
}
