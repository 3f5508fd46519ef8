package io.vlm4j.eval.benchmark;

import io.vlm4j.data.Picture;
import io.vlm4j.image.Pixels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Rows of features. */
final class Vectors {
  private static final int CHUNK = 256;

  private Vectors() {}

  static float dot(float[] a, float[] b) {
    float sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += a[d] * b[d];
    }
    return sum;
  }

  /** The same in double precision, where small differences count. */
  static double exactDot(float[] a, float[] b) {
    double sum = 0;
    for (int d = 0; d < a.length; d++) {
      sum += (double) a[d] * b[d];
    }
    return sum;
  }

  static float[] softmax(float[] logits) {
    float most = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    var shares = new float[logits.length];
    double sum = 0;
    for (int i = 0; i < shares.length; i++) {
      shares[i] = (float) Math.exp(logits[i] - most);
      sum += shares[i];
    }
    for (int i = 0; i < shares.length; i++) {
      shares[i] /= (float) sum;
    }
    return shares;
  }

  /** All products of rows of one matrix with rows of another. */
  static float[][] products(float[][] rows, float[][] columns) {
    return Arrays.stream(rows)
        .parallel()
        .map(row -> {
          var products = new float[columns.length];
          for (int c = 0; c < columns.length; c++) {
            products[c] = dot(row, columns[c]);
          }
          return products;
        })
        .toArray(float[][]::new);
  }

  /** The place of the largest number, the first if there are several. */
  static int best(float[] scores) {
    return IntStream.range(0, scores.length)
        .reduce((a, b) -> scores[b] > scores[a] ? b : a)
        .orElse(0);
  }

  /** The vectors of pictures, of which few are in memory at once. */
  static float[][] of(Examinee who, List<Picture> pictures, Watch watch) {
    var rows = new ArrayList<float[]>();
    for (int from = 0; from < pictures.size(); from += CHUNK) {
      List<Picture> chunk = pictures.subList(from, Math.min(pictures.size(), from + CHUNK));
      rows.addAll(Arrays.asList(who.vectorsOf(chunk)));
      watch.done(rows.size(), pictures.size());
    }
    return rows.toArray(float[][]::new);
  }

  /** Pictures as models see them. */
  static List<Pixels> onWhite(List<Picture> pictures) {
    return pictures.parallelStream().map(p -> p.pixels().over(255, 255, 255)).toList();
  }

  /** The normalised mean of the normalised rows of each of some groups of rows. */
  static float[][] means(float[][] rows, List<int[]> groups) {
    return groups.stream().map(group -> mean(rows, group)).toArray(float[][]::new);
  }

  private static float[] mean(float[][] rows, int[] group) {
    var sum = new double[rows[group[0]].length];
    for (int i : group) {
      double length = length(rows[i]);
      IntStream.range(0, sum.length).forEach(d -> sum[d] += rows[i][d] / length);
    }
    double length = Math.max(1e-12, Math.sqrt(Arrays.stream(sum).map(v -> v * v).sum()));
    var mean = new float[sum.length];
    for (int d = 0; d < mean.length; d++) {
      mean[d] = (float) (sum[d] / length);
    }
    return mean;
  }

  /**
   * The normalised mean of normalised rows, the same to the last digit in whatever order they come:
   * numbers are added from the smallest to the largest.
   */
  static float[] bag(List<float[]> rows) {
    var mean = new double[rows.getFirst().length];
    double[] lengths = rows.stream().mapToDouble(Vectors::length).toArray();
    var column = new double[rows.size()];
    for (int d = 0; d < mean.length; d++) {
      for (int i = 0; i < column.length; i++) {
        column[i] = rows.get(i)[d] / lengths[i];
      }
      Arrays.sort(column);
      for (double value : column) {
        mean[d] += value;
      }
    }
    double length = Math.max(1e-12, Math.sqrt(Arrays.stream(mean).map(v -> v * v).sum()));
    var bag = new float[mean.length];
    for (int d = 0; d < bag.length; d++) {
      bag[d] = (float) (mean[d] / length);
    }
    return bag;
  }

  private static double length(float[] row) {
    return Math.max(1e-12, Math.sqrt(dot(row, row)));
  }
}
