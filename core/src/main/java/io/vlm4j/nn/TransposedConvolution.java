package io.vlm4j.nn;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The transpose of a convolution, which makes pictures larger: {@code [B, in, H, W] -> [B, out, H',
 * W']}, with {@code weight} {@code [in, out, k, k]} and H' = (H - 1) stride - 2 padding + k.
 */
public final class TransposedConvolution extends Module {
  private final Tensor weight;
  private final Tensor bias;
  private final long[] stride;
  private final long[] padding;

  /** With first values as PyTorch draws them, between -1 and 1 by the root of {@code out k k}. */
  public TransposedConvolution(long in, long out, long kernel, long stride, long padding) {
    double bound = 1 / Math.sqrt(out * kernel * kernel);
    weight = parameter("weight", Init.uniform(bound, in, out, kernel, kernel));
    bias = parameter("bias", Init.uniform(bound, out));
    this.stride = new long[] {stride, stride};
    this.padding = new long[] {padding, padding};
  }

  /** Spreads every value of {@code x} over a kernel's square. */
  public Tensor forward(Tensor x) {
    return call(
        () ->
            torch.conv_transpose2d(
                Tensors.inTypeOf(weight, x),
                weight,
                Tensors.optional(bias),
                stride,
                padding,
                new long[] {0, 0},
                1,
                1,
                1),
        x,
        weight);
  }
}
