package io.vlm4j.eval;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Zero-shot classification counted: how often each class was taken for each.
 *
 * @param labels names of the C classes
 * @param counts {@code [C, C]}: true class, class guessed; not copied
 */
public record ZeroShot(List<String> labels, int[][] counts) {
  /**
   * Checks the shape.
   *
   * @throws IllegalArgumentException if the counts are not a square as large as the labels
   */
  public ZeroShot {
    labels = List.copyOf(labels);
    int size = labels.size();
    if (counts.length != size || Arrays.stream(counts).anyMatch(row -> row.length != size)) {
      throw new IllegalArgumentException("counts are not %1$d x %1$d".formatted(size));
    }
  }

  /**
   * Guesses for each picture the class whose vector is nearest.
   *
   * @param images unit vectors
   * @param truths the right class of each, as an index into {@code labels}
   * @param classes a unit vector for each label
   */
  public static ZeroShot of(
      float[][] images, int[] truths, List<String> labels, float[][] classes) {
    var counts = new int[labels.size()][labels.size()];
    for (int i = 0; i < images.length; i++) {
      counts[truths[i]][Retrieval.best(images[i], classes, 1).getFirst().index()]++;
    }
    return new ZeroShot(labels, counts);
  }

  /** The number of pictures of a class. */
  public int total(int truth) {
    return Arrays.stream(counts[truth]).sum();
  }

  /** The share of a class that was recognised; 0 where it has no pictures. */
  public double recall(int truth) {
    return counts[truth][truth] / (double) Math.max(1, total(truth));
  }

  /** The share of all pictures that were recognised; 0 where there are none. */
  public double accuracy() {
    int right = IntStream.range(0, counts.length).map(i -> counts[i][i]).sum();
    return right / (double) Math.max(1, IntStream.range(0, counts.length).map(this::total).sum());
  }

  /** The mean recall of the classes that have pictures. */
  public double meanPerClassRecall() {
    return IntStream.range(0, counts.length)
        .filter(i -> total(i) > 0)
        .mapToDouble(this::recall)
        .average()
        .orElse(0);
  }
}
