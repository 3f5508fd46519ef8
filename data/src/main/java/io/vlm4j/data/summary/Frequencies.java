package io.vlm4j.data.summary;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts of names, in bounded memory: when there are too many, the rarer half is forgotten, so that
 * a name that comes late or seldom may be counted too low, and a frequent one is right.
 */
final class Frequencies {
  private final int capacity;
  private final Map<String, Long> counts = new HashMap<>();

  /** Counts of at most so many names at once. */
  Frequencies(int capacity) {
    this.capacity = capacity;
  }

  void add(String name) {
    add(name, 1);
  }

  void add(String name, long times) {
    counts.merge(name, times, Long::sum);
    if (counts.size() > capacity) {
      List<Count> kept = most(capacity / 2);
      counts.clear();
      kept.forEach(count -> counts.put(count.name(), count.count()));
    }
  }

  /** The most frequent names, equal ones by the alphabet. */
  List<Count> most(int most) {
    return counts.entrySet().stream()
        .map(entry -> new Count(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingLong(Count::count).reversed().thenComparing(Count::name))
        .limit(most)
        .toList();
  }
}
