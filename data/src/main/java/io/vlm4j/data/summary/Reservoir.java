package io.vlm4j.data.summary;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A random sample of things whose number is not known before (J. Vitter, <i>Random sampling with a
 * reservoir</i>, 1985, algorithm R). Whether a thing is chosen is known before it is made.
 */
final class Reservoir<T> {
  private final int size;
  private final RandomGenerator chance;
  private final List<@Nullable T> items = new ArrayList<>();
  private long seen;

  Reservoir(int size, RandomGenerator chance) {
    this.size = size;
    this.chance = chance;
  }

  /** Where the next thing goes, or -1 if it is not chosen. */
  int place() {
    long index = seen < size ? seen : chance.nextLong(seen + 1);
    seen++;
    return index < size ? (int) index : -1;
  }

  void put(int place, T item) {
    if (place >= items.size()) {
      items.addAll(Collections.nCopies(place + 1 - items.size(), null));
    }
    items.set(place, item);
  }

  /** The chosen things. */
  List<T> items() {
    return items.stream().filter(Objects::nonNull).map(Objects::requireNonNull).toList();
  }
}
