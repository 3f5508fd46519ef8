package io.vlm4j.nn;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Normalises each channel to mean 0 and variance 1, then scales and shifts it (1502.03167): {@code
 * [B, C, H, W]}, of the same shape. In training, mean and variance are those of the batch; in
 * evaluation, running means of them.
 */
public final class BatchNorm extends Module {
  private static final double EPSILON = 1e-5;
  private static final double MOMENTUM = 0.1;

  private final Tensor weight;
  private final Tensor bias;
  private final Tensor mean;
  private final Tensor variance;

  /** With first values of the scale of the caller's choice, one for each channel. */
  public BatchNorm(Tensor weight) {
    long channels = weight.numel();
    this.weight = parameter("weight", weight);
    bias = parameter("bias", Init.zeros(channels));
    mean = buffer("mean", Init.zeros(channels));
    variance = buffer("variance", Init.constant(1, channels));
  }

  /** Normalises; in training, the running means move. */
  public Tensor forward(Tensor x) {
    return call(
        () ->
            torch.batch_norm(
                x,
                Tensors.optional(weight),
                Tensors.optional(bias),
                Tensors.optional(mean),
                Tensors.optional(variance),
                isTraining(),
                MOMENTUM,
                EPSILON,
                false),
        x);
  }
}
