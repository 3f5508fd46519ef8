package io.vlm4j.nn;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Divides the last dimension by its root mean square, then scales (1910.07467). The mean is taken
 * in f32 whatever the numbers are held in, and the result is of the input's type.
 */
public final class RmsNorm extends Layer {
  private final long[] width;
  private final double epsilon;
  private final Tensor weight;

  /**
   * Over a last dimension of that width.
   *
   * @param epsilon added to the mean of the squares
   */
  public RmsNorm(long width, double epsilon) {
    this.width = new long[] {width};
    this.epsilon = epsilon;
    weight = parameter("weight", Init.constant(1, width));
  }

  /** {@code [..., width]}, of the same shape. */
  @Override
  public Tensor forward(Tensor x) {
    return call(
        () ->
            torch
                .rms_norm(
                    x.to(ScalarType.Float),
                    width,
                    Tensors.optional(null),
                    new DoubleOptional(epsilon))
                .to(x.scalar_type())
                .mul(weight),
        x);
  }
}
