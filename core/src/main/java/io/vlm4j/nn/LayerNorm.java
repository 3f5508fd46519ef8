package io.vlm4j.nn;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Normalises the last dimension to mean 0 and variance 1, then scales and shifts (1607.06450). */
public final class LayerNorm extends Layer {
  private final long[] width;
  private final double epsilon;
  private final Tensor weight;
  private final Tensor bias;

  /** Over a last dimension of that width. */
  public LayerNorm(long width, double epsilon) {
    this.width = new long[] {width};
    this.epsilon = epsilon;
    weight = parameter("weight", Init.constant(1, width));
    bias = parameter("bias", Init.zeros(width));
  }

  /** {@code [..., width]}, of the same shape. */
  @Override
  public Tensor forward(Tensor x) {
    return call(
        () ->
            torch.layer_norm(
                x, width, Tensors.optional(weight), Tensors.optional(bias), epsilon, true),
        x);
  }
}
