package io.vlm4j.data.download;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.concurrent.Cancellable;
import org.jspecify.annotations.Nullable;

/**
 * Breaks a request off at the moment by which all of its answer must have come; and sooner if it
 * has no hope of that, so that it does not keep a place till the end: if a third of the time after
 * its content began, less than a tenth of it is there.
 */
final class Deadline implements AutoCloseable {
  private static final int PART_OF_TIME = 3;
  private static final int PART_OF_CONTENT = 10;

  private final ScheduledExecutorService timer;
  private final Cancellable request;
  private final long patience;
  private long left;
  private long since;
  private Future<?> end;
  private @Nullable Future<?> glance;
  private volatile int received;
  private volatile boolean passed;

  Deadline(Duration patience, ScheduledExecutorService timer, Cancellable request) {
    this.timer = timer;
    this.request = request;
    this.patience = patience.toNanos();
    this.left = this.patience;
    this.since = System.nanoTime();
    this.end = timer.schedule(this::pass, left, TimeUnit.NANOSECONDS);
  }

  private void pass() {
    passed = true;
    request.cancel();
  }

  /** The time stands still: now it is we who let the other side wait. */
  void pause() {
    end.cancel(false);
    left -= System.nanoTime() - since;
  }

  /** The time goes on. */
  void resume() {
    since = System.nanoTime();
    end = timer.schedule(this::pass, Math.max(0, left), TimeUnit.NANOSECONDS);
  }

  /** So many bytes begin to come. */
  void expect(int length) {
    Runnable look =
        () -> {
          if ((long) received * PART_OF_CONTENT < length) {
            pass();
          }
        };
    glance = timer.schedule(look, patience / PART_OF_TIME, TimeUnit.NANOSECONDS);
  }

  /** So many bytes have come, of those expected. */
  void received(int bytes) {
    received = bytes;
  }

  boolean hasPassed() {
    return passed;
  }

  @Override
  public void close() {
    end.cancel(false);
    if (glance != null) {
      glance.cancel(false);
    }
  }
}
