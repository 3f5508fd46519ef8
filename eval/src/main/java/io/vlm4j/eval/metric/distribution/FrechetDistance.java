package io.vlm4j.eval.metric.distribution;

import io.vlm4j.tensor.NoGrad;
import io.vlm4j.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The Frechet distance of two sets of features seen as normal distributions (Dowson and Landau
 * 1982; FID: Heusel et al., arXiv 1706.08500): |m1 - m2|^2 + tr(S1 + S2 - 2 (S1 S2)^(1/2)), with
 * means m and covariances S, which are divided by n - 1.
 *
 * <p>The number is called FID if the features are those of Inception's pool3; with others, name the
 * network. It is biased by the number of samples: compare sets of one size, 10,000 or more where
 * features are 2048 wide.
 *
 * <p>The trace of (S1 S2)^(1/2) is that of (S1^(1/2) S2 S1^(1/2))^(1/2), which is symmetric: two
 * eigen-decompositions in double precision, no complex numbers, and eigenvalues below 0 by rounding
 * count as 0.
 */
public final class FrechetDistance {
  private FrechetDistance() {}

  /**
   * The distance, at least 0.
   *
   * @param first {@code [n, width]}, at least two
   * @param second {@code [m, width]}, at least two
   */
  public static double of(float[][] first, float[][] second) {
    Features.requireComparable("the Frechet distance", first, second);
    try (var _ = new Scope();
        var _ = new NoGrad()) {
      Tensor a = Features.tensor(first);
      Tensor b = Features.tensor(second);
      Tensor means = a.mean(0L).sub(b.mean(0L));
      Tensor covarianceOfA = covariance(a);
      Tensor root = root(covarianceOfA);
      Tensor covarianceOfB = covariance(b);
      Tensor product = symmetric(root.matmul(covarianceOfB).matmul(root));
      double traceOfRoot = torch.linalg_eigvalsh(product).relu().sqrt().sum().item_double();
      double distance =
          means.mul(means).sum().item_double()
              + covarianceOfA.trace().item_double()
              + covarianceOfB.trace().item_double()
              - 2 * traceOfRoot;
      return Math.max(0, distance);
    }
  }

  private static Tensor covariance(Tensor rows) {
    Tensor centred = rows.sub(rows.mean(0L));
    return Features.divided(centred.t().matmul(centred), rows.size(0) - 1);
  }

  private static Tensor root(Tensor covariance) {
    var eigen = torch.linalg_eigh(symmetric(covariance));
    Tensor vectors = eigen.get1();
    return vectors.mul(eigen.get0().relu().sqrt()).matmul(vectors.t());
  }

  private static Tensor symmetric(Tensor matrix) {
    return Features.divided(matrix.add(matrix.t()), 2);
  }
}
