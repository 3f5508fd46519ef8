package io.vlm4j.data.download;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Counts what becomes of rows, and tells of it now and then. */
final class Tally {
  private static final long BETWEEN_REPORTS = Duration.ofMillis(500).toNanos();

  private final Consumer<DownloadReport> progress;
  private final long start = System.nanoTime();
  private final ReentrantLock telling = new ReentrantLock();
  private volatile long told = start;

  private final LongAdder succeeded = new LongAdder();
  private final LongAdder failedToDownload = new LongAdder();
  private final LongAdder failedToResize = new LongAdder();
  private final LongAdder retries = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final AtomicInteger written = new AtomicInteger();
  private final AtomicInteger skipped = new AtomicInteger();
  private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();

  Tally(Consumer<DownloadReport> progress) {
    this.progress = progress;
  }

  void success() {
    succeeded.increment();
    tell();
  }

  void failure(DownloadFailure failure) {
    boolean resize = failure.status().equals(DownloadFailure.FAILED_TO_RESIZE);
    (resize ? failedToResize : failedToDownload).increment();
    failures.computeIfAbsent(failure.reason(), _ -> new LongAdder()).increment();
    tell();
  }

  void retry() {
    retries.increment();
  }

  void received(int length) {
    bytes.add(length);
  }

  void shardWritten() {
    written.incrementAndGet();
  }

  void shardSkipped() {
    skipped.incrementAndGet();
  }

  /** Only one thread tells; the others have better things to do than to wait. */
  private void tell() {
    if (System.nanoTime() - told > BETWEEN_REPORTS && telling.tryLock()) {
      try {
        told = System.nanoTime();
        progress.accept(report());
      } finally {
        telling.unlock();
      }
    }
  }

  DownloadReport report() {
    long good = succeeded.sum();
    long lost = failedToDownload.sum();
    long unfit = failedToResize.sum();
    return new DownloadReport(
        good + lost + unfit,
        good,
        lost,
        unfit,
        failures.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().sum())),
        retries.sum(),
        bytes.sum(),
        written.get(),
        skipped.get(),
        Duration.ofNanos(System.nanoTime() - start));
  }
}
