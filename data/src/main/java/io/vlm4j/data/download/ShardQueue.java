package io.vlm4j.data.download;

import io.vlm4j.data.Sample;
import io.vlm4j.io.InputException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one shard on their way from those who fetch to the one who writes, in the order in
 * which they are ready: a slow host holds up nobody. Bounded by what may be started at all.
 */
final class ShardQueue implements Iterator<Sample> {
  /**
   * A row that is ready.
   *
   * @param sample null for the signs that no more come
   * @param written is told when the writer asks for the next
   */
  record Ready(@Nullable Sample sample, Runnable written) {}

  private static final Ready END = new Ready(null, () -> {});
  private static final Ready STOP = new Ready(null, () -> {});

  private final BlockingQueue<Ready> ready = new LinkedBlockingQueue<>();

  /** Rows that are not ready, and one for the list while more rows may come. */
  private final AtomicInteger pending = new AtomicInteger(1);

  private volatile boolean stopped;
  private @Nullable Ready next;
  private Runnable written = () -> {};

  /** A row will come. */
  void expect() {
    pending.incrementAndGet();
  }

  /** A row that was expected. */
  void put(Sample sample, Runnable whenWritten) {
    ready.add(new Ready(sample, whenWritten));
    complete();
  }

  /** No more rows will be expected; once for each shard. */
  void complete() {
    if (pending.decrementAndGet() == 0) {
      ready.add(END);
    }
  }

  /**
   * The writer is not to finish, even if all rows should come now: they may fail only because the
   * run ends.
   */
  void stop() {
    stopped = true;
    ready.add(STOP);
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      written.run();
      written = () -> {};
      next = take();
    }
    if (stopped || next == STOP) {
      throw stopped();
    }
    return next != END;
  }

  private Ready take() {
    try {
      return ready.take();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return STOP;
    }
  }

  @Override
  public Sample next() {
    if (!hasNext() || next == null || next.sample() == null) {
      throw new NoSuchElementException("the shard has no more rows");
    }
    Sample sample = next.sample();
    written = next.written();
    next = null;
    return sample;
  }

  static InputException stopped() {
    return new InputException("the download was stopped; the same command continues it");
  }
}
