package io.vlm4j.data.download;

import java.util.concurrent.Semaphore;

/**
 * How many bytes of files may be in memory: a file takes its share before its bytes are read, and
 * gives it back when it is written. First come, first served.
 *
 * <p>Files that do not say how long they are take little at first. Those that turn out to be long
 * then need more while they hold some, and would wait for one another for ever; so there is a
 * second supply for them, of which each takes enough to come to its end.
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
  private final int longest;
  private final Units units;
  private final Units unitsOfLong;

  /** So many bytes, and as many again for files of unknown length, up to {@code maxBytes} each. */
  MemoryBudget(long bytes, long maxBytes) {
    all = units(bytes);
    longest = units(maxBytes);
    units = new Units(all);
    unitsOfLong = new Units(Math.max(all, longest));
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
    private Units supply = units;
    private int held;

    private Share(int held) {
      this.held = held;
    }

    /** Waits for as much as the longest file needs, and gives back what it had. */
    void becomeLongest() throws InterruptedException {
      unitsOfLong.acquire(longest);
      close();
      synchronized (this) {
        supply = unitsOfLong;
        held = longest;
      }
    }

    /**
     * The file has another size now. More is taken without waiting: what it was made of is held
     * already.
     */
    synchronized void become(long bytes) {
      int count = Math.min(all, units(bytes));
      if (count < held) {
        supply.release(held - count);
      } else {
        supply.overdraw(count - held);
      }
      held = count;
    }

    @Override
    public synchronized void close() {
      supply.release(held);
      held = 0;
    }
  }
}
