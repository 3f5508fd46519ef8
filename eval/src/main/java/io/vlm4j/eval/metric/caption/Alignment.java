package io.vlm4j.eval.metric.caption;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which word of a caption stands for which of a reference: each for one at most, and of all ways
 * the one with most matches (an exact one counts twice as much as any other), then fewest chunks,
 * then least distance, which is METEOR's order.
 *
 * <p>The caption is read from left to right. Two partial alignments that have used the same of
 * those reference words that are still asked for, and end in the same place, have the same future,
 * so only the better one goes on. That is exact as long as there are at most {@link #BEAM} of them,
 * and otherwise a beam search; METEOR's own keeps 40.
 */
final class Alignment {
  private static final int BEAM = 2_000;
  private static final int NONE = -2; // neighbours no reference position

  private final int[] matches;
  private final int chunks;

  private Alignment(int[] matches, int chunks) {
    this.matches = matches;
    this.chunks = chunks;
  }

  /** The position in the reference of a caption's word, or -1. */
  int match(int word) {
    return matches[word];
  }

  /** How many runs of words there are that stand in a row on both sides. */
  int chunks() {
    return chunks;
  }

  /** A partial alignment. */
  private record Path(@Nullable Path before, int match, int weight, int chunks, int distance) {
    static final Comparator<Path> BEST_FIRST =
        Comparator.comparingInt(Path::weight)
            .reversed()
            .thenComparingInt(Path::chunks)
            .thenComparingInt(Path::distance);

    Path with(int word, int match, int weight) {
      return new Path(
          this,
          match,
          this.weight + weight,
          chunks + (match == this.match + 1 ? 0 : 1),
          distance + Math.abs(word - match));
    }

    Path without() {
      return new Path(this, NONE, weight, chunks, distance);
    }
  }

  /** What decides the future of a partial alignment. */
  private record State(BitSet used, int match) {}

  /**
   * Finds it.
   *
   * @param weights {@code [caption, reference]}: 2 for the same word, 1 for another match, else 0
   * @param length of the reference
   */
  static Alignment of(int[][] weights, int length) {
    var lastAsker = new int[length];
    var askers = new int[length];
    for (int word = 0; word < weights.length; word++) {
      for (int position = 0; position < length; position++) {
        if (weights[word][position] > 0) {
          lastAsker[position] = word;
          askers[position]++;
        }
      }
    }
    Map<State, Path> paths = new HashMap<>();
    paths.put(new State(new BitSet(), NONE), new Path(null, NONE, 0, 0, 0));
    for (int word = 0; word < weights.length; word++) {
      var kept = new BitSet(); // what later words ask for too
      for (int position = 0; position < length; position++) {
        kept.set(position, askers[position] > 1 && lastAsker[position] > word);
      }
      paths = step(paths, word, weights[word], kept);
    }
    return read(paths.values().stream().min(Path.BEST_FIRST).orElseThrow(), weights.length);
  }

  private static Map<State, Path> step(
      Map<State, Path> paths, int word, int[] weights, BitSet kept) {
    int[] positions =
        IntStream.range(0, weights.length).filter(position -> weights[position] > 0).toArray();
    var next = HashMap.<State, Path>newHashMap(paths.size() * (1 + positions.length));
    for (var entry : beam(paths)) {
      BitSet used = entry.getKey().used();
      BitSet still = (BitSet) used.clone();
      still.and(kept);
      put(next, still, entry.getValue().without());
      for (int position : positions) {
        if (!used.get(position)) {
          BitSet more = still;
          if (kept.get(position)) {
            more = (BitSet) still.clone();
            more.set(position);
          }
          put(next, more, entry.getValue().with(word, position, weights[position]));
        }
      }
    }
    return next;
  }

  private static Collection<Map.Entry<State, Path>> beam(Map<State, Path> paths) {
    if (paths.size() <= BEAM) {
      return paths.entrySet();
    }
    return paths.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Path.BEST_FIRST))
        .limit(BEAM)
        .toList();
  }

  private static void put(Map<State, Path> paths, BitSet used, Path path) {
    paths.merge(
        new State(used, path.match()), path, (a, b) -> Path.BEST_FIRST.compare(a, b) <= 0 ? a : b);
  }

  private static Alignment read(Path best, int words) {
    var matches = new int[words];
    Arrays.fill(matches, -1);
    Path path = best;
    for (int word = words - 1; word >= 0 && path != null; word--) {
      matches[word] = Math.max(-1, path.match());
      path = path.before();
    }
    return new Alignment(matches, best.chunks());
  }
}
