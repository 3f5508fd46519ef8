package io.vlm4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * {@code y = x W^T + b}: {@code [..., in] -> [..., out]}, with {@code weight} {@code [out, in]}.
 */
public final class Linear extends Layer {
  private final Matrix weight;
  private final @Nullable Tensor bias;

  /** With a bias that starts at zero and weights drawn with that standard deviation. */
  public Linear(long in, long out, double std) {
    this(in, out, std, true);
  }

  /** With weights drawn with that standard deviation. */
  public Linear(long in, long out, double std, boolean withBias) {
    weight = matrix("weight", Init.normal(std, out, in));
    bias = withBias ? parameter("bias", Init.zeros(out)) : null;
  }

  /** Projects the last dimension; a weight in half the precision takes {@code x} in its own. */
  @Override
  public Tensor forward(Tensor x) {
    return call(() -> weight.product(x, bias), x, weight.values());
  }
}
