package io.vlm4j.eval;

import java.util.List;

/**
 * Zero-shot classification counted.
 *
 * @param labels the classes
 * @param counts for each true class, how often each class was guessed
 */
public record ZeroShot(List<String> labels, int[][] counts) {
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

  /** The share of right guesses. */
  public double accuracy() {
    int right = 0;
    int all = 0;
    for (int i = 0; i < counts.length; i++) {
      right += counts[i][i];
      for (int count : counts[i]) {
        all += count;
      }
    }
    return all == 0 ? 0 : (double) right / all;
  }

  /**
   * The mean over the classes of the share of right guesses in each; empty classes do not count.
   */
  public double meanPerClassRecall() {
    double sum = 0;
    int classes = 0;
    for (int i = 0; i < counts.length; i++) {
      int all = 0;
      for (int count : counts[i]) {
        all += count;
      }
      if (all > 0) {
        sum += (double) counts[i][i] / all;
        classes++;
      }
    }
    return classes == 0 ? 0 : sum / classes;
  }
}
