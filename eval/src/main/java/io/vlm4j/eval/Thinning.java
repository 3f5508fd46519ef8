package io.vlm4j.eval;

/** Chooses the points of a curve that keep its look. */
final class Thinning {
  private Thinning() {}

  /**
   * Largest triangle three buckets (Steinarsson, <i>Downsampling Time Series for Visual
   * Representation</i>, 2013, section 4.2): of each of {@code most - 2} equal runs of points, the
   * one that spans the largest triangle with the point chosen before it and the average of the run
   * after it. The first and the last point stay, and so do spikes.
   *
   * @param x ascending, [N]
   * @param y [N]
   * @param most at least 3
   * @return ascending indices, [min(N, most)]
   */
  static int[] largestTriangles(long[] x, double[] y, int most) {
    int n = x.length;
    if (n <= most) {
      int[] all = new int[n];
      for (int i = 0; i < n; i++) {
        all[i] = i;
      }
      return all;
    }
    int[] chosen = new int[most];
    chosen[most - 1] = n - 1;
    for (int bucket = 1; bucket < most - 1; bucket++) {
      int from = start(bucket, n, most);
      int to = start(bucket + 1, n, most);
      int end = Math.min(n, start(bucket + 2, n, most));
      double nextX = 0;
      double nextY = 0;
      for (int i = to; i < end; i++) {
        nextX += x[i] / (double) (end - to);
        nextY += y[i] / (end - to);
      }
      int last = chosen[bucket - 1];
      double largest = -1;
      for (int i = from; i < to; i++) {
        double area =
            Math.abs((x[last] - nextX) * (y[i] - y[last]) - (x[last] - x[i]) * (nextY - y[last]));
        if (area > largest) {
          largest = area;
          chosen[bucket] = i;
        }
      }
    }
    return chosen;
  }

  /** Where a run begins; the points between the first and the last are shared out evenly. */
  private static int start(int bucket, int n, int most) {
    return 1 + (int) ((bucket - 1L) * (n - 2) / (most - 2));
  }
}
