package io.vlm4j.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets work end in order when the process is asked to stop (Ctrl-C, SIGTERM): the request is noted,
 * and the process waits until the work is closed and the command has said how it ended.
 */
final class StopSignal implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;
  private static final CountDownLatch ENDED = new CountDownLatch(1);

  private volatile boolean requested;

  StopSignal() {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              requested = true;
              try {
                boolean _ = ENDED.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }));
  }

  boolean isRequested() {
    return requested;
  }

  /** From here on a request ends the process at once, unless one has come already. */
  @Override
  public void close() {
    if (!requested) {
      ENDED.countDown();
    }
  }

  /** The command has said how it ended: nothing is waited for any longer. */
  static void commandEnded() {
    ENDED.countDown();
  }
}
