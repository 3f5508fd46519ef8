package io.vlm4j.data.download;

import java.util.concurrent.Semaphore;

/**
 * How many bytes of files may be in memory: a file takes its share before its bytes are read, and
 * gives it back when it is written. First come, first served.
 */
final class MemoryBudget {
  private static final int UNIT = 1024;

  /** What Java's semaphore can, but shows only to its own. */
  private static final class Units extends Semaphore {
    Units(int count) {
      super(count, true);
    }

    void overdraw(int count) {
      reducePermits(count);
    }
  }

  private final int all;
  private final Units units;

  MemoryBudget(long bytes) {
    all = units(bytes);
    units = new Units(all);
  }

  private static int units(long bytes) {
    return Math.toIntExact(Math.ceilDiv(Math.max(1, bytes), UNIT));
  }

  /** Waits for so many bytes; for all there are, if more are wanted. */
  Share take(long bytes) throws InterruptedException {
    int count = Math.min(all, units(bytes));
    units.acquire(count);
    return new Share(count);
  }

  /** A part of the budget; given back once, however often it is closed. */
  final class Share implements AutoCloseable {
    private int held;

    private Share(int held) {
      this.held = held;
    }

    /**
     * The file turns out to have another size. More is taken without waiting, since what waits with
     * something in its hands could wait for ever.
     */
    synchronized void become(long bytes) {
      int count = Math.min(all, units(bytes));
      if (count < held) {
        units.release(held - count);
      } else {
        units.overdraw(count - held);
      }
      held = count;
    }

    @Override
    public synchronized void close() {
      units.release(held);
      held = 0;
    }
  }
}
