package io.vlm4j.nn;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Normalises groups of channels of each picture to mean 0 and variance 1, then scales and shifts
 * each channel (1803.08494): {@code [B, C, H, W]}, of the same shape.
 */
public final class GroupNorm extends Module {
  private final long groups;
  private final double epsilon;
  private final Tensor weight;
  private final Tensor bias;

  /** Over {@code groups} groups of equally many of the channels. */
  public GroupNorm(long groups, long channels, double epsilon) {
    if (channels % groups != 0) {
      throw new InputException(
          channels + " channels do not make " + groups + " groups: choose a multiple");
    }
    this.groups = groups;
    this.epsilon = epsilon;
    weight = parameter("weight", Init.constant(1, channels));
    bias = parameter("bias", Init.zeros(channels));
  }

  /** Normalises. */
  public Tensor forward(Tensor x) {
    return call(
        () ->
            torch.group_norm(
                x, groups, Tensors.optional(weight), Tensors.optional(bias), epsilon, true),
        x);
  }
}
