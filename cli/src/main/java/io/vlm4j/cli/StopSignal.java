package io.vlm4j.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets work end in order when the process is asked to stop (Ctrl-C, SIGTERM): the request is noted,
 * and the process waits until the work is closed.
 */
final class StopSignal implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean requested;

  StopSignal() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              requested = true;
              try {
                boolean _ = closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }));
  }

  boolean isRequested() {
    return requested;
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
