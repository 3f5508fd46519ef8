package io.vlm4j.data.download;

import io.vlm4j.data.Sink;
import io.vlm4j.io.InputException;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One list on its way into shards. The caller's thread reads the rows and starts them, each in a
 * virtual thread; a thread for each shard in flight writes what is ready.
 */
final class DownloadRun implements AutoCloseable {
  /** Rows that are started for each connection: those of a busy host wait, others go on. */
  private static final int STARTED_PER_CONNECTION = 16;

  private static final int MOMENT = 100;

  private final DownloadOptions options;
  private final Sink sink;
  private final Tally tally;
  private final RowWork work;
  private final ExecutorService rowThreads = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService writers =
      Executors.newCachedThreadPool(Thread.ofPlatform().name("shard-writer-", 0).factory());
  private final Semaphore started;
  private final Semaphore shards;
  private final Set<ShardQueue> open = ConcurrentHashMap.newKeySet();
  private final AtomicReference<@Nullable Throwable> trouble = new AtomicReference<>();

  DownloadRun(DownloadOptions options, Sink sink, Tally tally, RowWork work) {
    this.options = options;
    this.sink = sink;
    this.tally = tally;
    this.work = work;
    this.started = new Semaphore(STARTED_PER_CONNECTION * options.limits().connections());
    this.shards = new Semaphore(options.shardsInFlight());
  }

  /** Writes all shards that the sink has not. */
  void all(Iterator<Row> rows) throws InterruptedException {
    for (int shard = 0; rows.hasNext(); shard++) {
      if (sink.has(shard)) {
        skip(rows);
        tally.shardSkipped();
      } else {
        start(shard, rows);
      }
    }
    acquire(shards, options.shardsInFlight());
    requireNoTrouble();
  }

  private void skip(Iterator<Row> rows) {
    for (int i = 0; i < options.rowsPerShard() && rows.hasNext(); i++) {
      rows.next();
    }
  }

  private void start(int shard, Iterator<Row> rows) throws InterruptedException {
    acquire(shards, 1);
    var queue = new ShardQueue();
    open.add(queue);
    writers.execute(() -> write(shard, queue));
    for (int i = 0; i < options.rowsPerShard() && rows.hasNext(); i++) {
      acquire(started, 1);
      Row row = rows.next();
      String key = options.key(shard, i);
      queue.expect();
      try {
        rowThreads.execute(() -> work(key, row, queue));
      } catch (RejectedExecutionException _) {
        requireNoTrouble();
      }
    }
    queue.complete();
  }

  private void work(String key, Row row, ShardQueue queue) {
    try {
      work.run(key, row, queue, started::release);
    } catch (InterruptedException _) {
      // The run is being stopped; the shard is not finished.
    } catch (Throwable e) {
      stop(e);
    }
  }

  private void write(int shard, ShardQueue queue) {
    try {
      sink.write(shard, queue);
      if (queue.hasNext()) {
        throw new IllegalStateException("shard " + shard + " was not written to its end");
      }
      tally.shardWritten();
    } catch (Throwable e) {
      stop(e);
    } finally {
      open.remove(queue);
      shards.release();
    }
  }

  /** The first trouble ends everything; shards that are not finished are not written. */
  private void stop(Throwable cause) {
    trouble.compareAndSet(null, cause);
    open.forEach(ShardQueue::stop);
    rowThreads.shutdownNow();
  }

  private void acquire(Semaphore permits, int count) throws InterruptedException {
    do {
      requireNoTrouble();
    } while (!permits.tryAcquire(count, MOMENT, TimeUnit.MILLISECONDS));
  }

  private void requireNoTrouble() {
    Throwable cause = trouble.get();
    switch (cause) {
      case null -> {}
      case InputException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException("the download failed: " + cause, cause);
    }
  }

  /** Waits for the writers to give up, if they have not finished. */
  @Override
  public void close() {
    stop(ShardQueue.stopped());
    writers.close();
  }
}
