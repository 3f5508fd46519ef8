package io.vlm4j.bench;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How quickly this machine reads memory that no cache holds: an array, summed by all threads. */
final class MemoryBandwidth {
  /** 1 GB; caches hold a thirtieth of it. */
  private static final int LENGTH = 1 << 27;

  private static final int ROUNDS = 7;
  private static final int RUN = 1 << 11;

  private MemoryBandwidth() {}

  /** The best of a few rounds, in 10^9 bytes a second. */
  static double measure(int threads) throws Exception {
    var numbers = new long[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      numbers[i] = i;
    }
    double best = 0;
    try (var pool = Executors.newFixedThreadPool(threads)) {
      for (int round = 0; round < ROUNDS; round++) {
        var shares = new ArrayList<Callable<Long>>();
        for (int t = 0; t < threads; t++) {
          int from = LENGTH / (4 * RUN) * t / threads * (4 * RUN);
          int to = LENGTH / (4 * RUN) * (t + 1) / threads * (4 * RUN);
          shares.add(() -> sum(numbers, from, to));
        }
        long start = System.nanoTime();
        long sum = 0;
        for (Future<Long> share : pool.invokeAll(shares)) {
          sum += share.get();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (sum != (long) LENGTH * (LENGTH - 1) / 2) {
          throw new IllegalStateException("a sum is wrong: " + sum);
        }
        best = Math.max(best, 8.0 * LENGTH / seconds / 1e9);
      }
    }
    return best;
  }

  private static long sum(long[] numbers, int from, int to) {
    long sum = 0;
    for (int i = from; i < to; i += 4 * RUN) {
      sum += sumOfRuns(numbers, i);
    }
    return sum;
  }

  /**
   * Four runs side by side: a processor fetches ahead in each, which a single one does not fill. So
   * short that the method is compiled as a whole, and not half-way through.
   */
  private static long sumOfRuns(long[] numbers, int from) {
    long a = 0;
    long b = 0;
    long c = 0;
    long d = 0;
    for (int i = from; i < from + RUN; i++) {
      a += numbers[i];
      b += numbers[i + RUN];
      c += numbers[i + 2 * RUN];
      d += numbers[i + 3 * RUN];
    }
    return a + b + c + d;
  }
}
