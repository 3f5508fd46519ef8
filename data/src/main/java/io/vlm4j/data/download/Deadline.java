package io.vlm4j.data.download;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.concurrent.Cancellable;

/** Breaks a request off at the moment by which all of its answer must have come. */
final class Deadline implements AutoCloseable {
  private final ScheduledExecutorService timer;
  private final Cancellable request;
  private long left;
  private long since;
  private Future<?> end;
  private volatile boolean passed;

  Deadline(Duration patience, ScheduledExecutorService timer, Cancellable request) {
    this.timer = timer;
    this.request = request;
    this.left = patience.toNanos();
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

  boolean hasPassed() {
    return passed;
  }

  @Override
  public void close() {
    end.cancel(false);
  }
}
