package io.vlm4j.eval.metric.distribution;

import io.vlm4j.eval.metric.Checks;
import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The squared maximum mean discrepancy of two sets of features under the kernel (x y / width + 1)^3
 * (KID: Binkowski et al., arXiv 1801.01401), without bias: the mean of k over pairs within the
 * first set, plus that within the second, less twice that between them; no sample is paired with
 * itself. It may be below 0 where the sets are alike.
 */
public final class KernelDistance {
  private static final int TILE = 2048;

  private KernelDistance() {}

  /**
   * Of blocks drawn from both sets.
   *
   * @param mean over the blocks: the estimate
   * @param deviation of a block's estimate, from n - 1; over the root of their number it is the
   *     standard error of the mean if blocks are few beside the sets
   */
  public record Blocks(double mean, double deviation) {}

  /** Of all pairs; costs n^2 width in time, but memory for two thousand rows at a time. */
  public static double of(float[][] first, float[][] second) {
    Features.requireComparable("the kernel distance", first, second);
    return squaredDiscrepancy(first, second);
  }

  /**
   * As it is usually reported: the mean over blocks drawn without replacement from both sets, such
   * as 100 of 1000.
   */
  public static Blocks ofBlocks(
      float[][] first, float[][] second, int blocks, int size, long seed) {
    String name = "the kernel distance";
    Features.requireComparable(name, first, second);
    Checks.atLeast(name, "blocks", 2, blocks);
    Checks.atLeast(name, "samples in a block", 2, size);
    Checks.atLeast(
        name,
        "samples of a set, for blocks of " + size + ",",
        size,
        Math.min(first.length, second.length));
    var random = new SplittableRandom(seed);
    var estimates = new double[blocks];
    for (int b = 0; b < blocks; b++) {
      estimates[b] = squaredDiscrepancy(drawn(first, size, random), drawn(second, size, random));
    }
    double mean = Arrays.stream(estimates).average().orElseThrow();
    double squares = Arrays.stream(estimates).map(e -> (e - mean) * (e - mean)).sum();
    return new Blocks(mean, Math.sqrt(squares / (blocks - 1)));
  }

  private static double squaredDiscrepancy(float[][] a, float[][] b) {
    double n = a.length;
    double m = b.length;
    return (kernels(a, a) - ofSelves(a)) / (n * (n - 1))
        + (kernels(b, b) - ofSelves(b)) / (m * (m - 1))
        - 2 * kernels(a, b) / (n * m);
  }

  /** The sum of the kernel over all pairs. */
  private static double kernels(float[][] a, float[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i += TILE) {
      for (int j = 0; j < b.length; j += TILE) {
        try (var _ = new Scope();
            var _ = new NoGrad()) {
          Tensor rows = Features.tensor(Arrays.copyOfRange(a, i, Math.min(a.length, i + TILE)));
          Tensor columns = Features.tensor(Arrays.copyOfRange(b, j, Math.min(b.length, j + TILE)));
          Tensor products = Features.divided(rows.matmul(columns.t()), a[0].length);
          sum += products.add(new Scalar(1)).pow(new Scalar(3)).sum().item_double();
        }
      }
    }
    return sum;
  }

  private static double ofSelves(float[][] rows) {
    double sum = 0;
    for (float[] row : rows) {
      double square = 0;
      for (float value : row) {
        square += (double) value * value;
      }
      sum += Math.pow(square / row.length + 1, 3);
    }
    return sum;
  }

  private static float[][] drawn(float[][] rows, int size, SplittableRandom random) {
    float[][] pool = rows.clone();
    for (int i = 0; i < size; i++) {
      int other = random.nextInt(i, pool.length);
      float[] row = pool[other];
      pool[other] = pool[i];
      pool[i] = row;
    }
    return Arrays.copyOf(pool, size);
  }
}
