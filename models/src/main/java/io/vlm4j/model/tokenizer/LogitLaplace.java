package io.vlm4j.model.tokenizer;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The distribution of a value in (0, 1) whose logit has a Laplace distribution (2102.12092,
 * appendix A.3): of density {@code exp(-|logit x - mu| / b) / (2 b x (1 - x))}. Pixels, which lie
 * in [0, 1], are brought to its range by {@code 0.8 x + 0.1}.
 */
final class LogitLaplace {
  private static final float MARGIN = 0.1f;

  private LogitLaplace() {}

  /** Values of 0 to 1 as values of 0.1 to 0.9. */
  static Tensor mapped(Tensor pixels) {
    return pixels.mul(new Scalar(1 - 2 * MARGIN)).add(new Scalar(MARGIN));
  }

  /** The way back; what lies outside becomes 0 or 1. */
  static Tensor unmapped(Tensor values) {
    return values
        .sub(new Scalar(MARGIN))
        .div(new Scalar(1 - 2 * MARGIN))
        .clamp(new ScalarOptional(new Scalar(0f)), new ScalarOptional(new Scalar(1f)));
  }

  /**
   * The negative logarithm of the density, of the same shape.
   *
   * @param x in (0, 1)
   * @param mu the middle, as a logit
   * @param logScale ln b
   */
  static Tensor surprise(Tensor x, Tensor mu, Tensor logScale) {
    Tensor rest = x.neg().add(new Scalar(1f));
    Tensor logit = torch.log(x).sub(torch.log(rest));
    return logit
        .sub(mu)
        .abs()
        .mul(logScale.neg().exp())
        .add(logScale)
        .add(torch.log(x.mul(rest)))
        .add(new Scalar((float) Math.log(2)));
  }
}
