package io.vlm4j.nn;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Normalises the vector of each head to mean 0 and variance 1, then scales and shifts it by weights
 * of that head: what queries and keys pass through where they must not grow (QK-norm, 2302.05442).
 */
public final class HeadNorm extends Layer {
  private final long[] width;
  private final double epsilon;
  private final Tensor weight;
  private final Tensor bias;

  /** For heads of that number and width. */
  public HeadNorm(long heads, long width, double epsilon) {
    this.width = new long[] {width};
    this.epsilon = epsilon;
    weight = parameter("weight", Init.constant(1, heads, width));
    bias = parameter("bias", Init.zeros(heads, width));
  }

  /** {@code [..., heads, width]}, of the same shape and type. */
  @Override
  public Tensor forward(Tensor x) {
    return call(
        () ->
            torch
                .layer_norm(x, width, Tensors.optional(null), Tensors.optional(null), epsilon, true)
                .mul(weight)
                .add(bias)
                .to(x.scalar_type()),
        x,
        weight);
  }
}
