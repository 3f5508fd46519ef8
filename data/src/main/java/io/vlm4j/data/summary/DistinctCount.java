package io.vlm4j.data.summary;

import java.util.HashSet;
import java.util.Set;

/**
 * Counts different things by their hashes, in bounded memory: exactly as long as they fit, and then
 * from a sample of the hashes, of which every step down keeps half (P. Flajolet, <i>On adaptive
 * sampling</i>, 1990).
 */
final class DistinctCount {
  private final int capacity;
  private final Set<Long> hashes = new HashSet<>();
  private int level; // hashes that end with so many zeros are kept
  private long all;

  /** A count that keeps at most so many hashes. */
  DistinctCount(int capacity) {
    this.capacity = capacity;
  }

  void add(long hash) {
    all++;
    if (isKept(hash) && hashes.add(hash)) {
      while (hashes.size() > capacity) {
        level++;
        hashes.removeIf(kept -> !isKept(kept));
      }
    }
  }

  private boolean isKept(long hash) {
    return Long.numberOfTrailingZeros(hash) >= level;
  }

  /** How many things came that had come before. */
  Repeats repeats() {
    return new Repeats(Math.max(0, all - ((long) hashes.size() << level)), level == 0);
  }
}
