package io.vlm4j.nn;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of pictures: {@code [B, in, H, W] -> [B, out, H', W']}, with {@code weight} {@code
 * [out, in, k, k]} and H' = floor((H + 2 padding - k) / stride) + 1.
 */
public final class Convolution extends Module {
  private static final long[] ONE = {1, 1};

  private final Tensor weight;
  private final @Nullable Tensor bias;
  private final long[] stride;
  private final long[] padding;

  /** With first values of the caller's choice; a null bias is none. */
  public Convolution(Tensor weight, @Nullable Tensor bias, long stride, long padding) {
    this.weight = parameter("weight", weight);
    this.bias = bias == null ? null : parameter("bias", bias);
    this.stride = new long[] {stride, stride};
    this.padding = new long[] {padding, padding};
  }

  /** With first values as PyTorch draws them, between -1 and 1 by the root of the fan-in. */
  public Convolution(long in, long out, long kernel, long stride, long padding) {
    this(
        Init.uniform(bound(in, kernel), out, in, kernel, kernel),
        Init.uniform(bound(in, kernel), out),
        stride,
        padding);
  }

  /** One that keeps height and width: an odd kernel, stride 1, a margin of zeros. */
  public Convolution(long in, long out, long kernel) {
    this(in, out, kernel, 1, kernel / 2);
  }

  private static double bound(long in, long kernel) {
    return 1 / Math.sqrt(in * kernel * kernel);
  }

  /** The weight: for who needs the gradient at a certain layer. */
  public Tensor weight() {
    return weight;
  }

  /** Convolves; a weight in half the precision takes {@code x} in its own. */
  public Tensor forward(Tensor x) {
    return call(
        () ->
            torch.conv2d(
                Tensors.inTypeOf(weight, x),
                weight,
                Tensors.optional(bias),
                stride,
                padding,
                ONE,
                1),
        x,
        weight);
  }
}
