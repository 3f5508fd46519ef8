package io.vlm4j.nn;

import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Cuts pictures into squares and projects each (2010.11929): {@code [B, 3, H, W] -> [B, N, D]}, N =
 * floor(H/p) floor(W/p), row by row. What is left over at the right and the bottom is not seen.
 *
 * <p>It is the convolution of kernel and stride p, with its weight layout {@code [D, 3, p, p]};
 * computed as one matrix product.
 */
public final class PatchEmbedding extends Module {
  private final long patch;
  private final Tensor weight;
  private final @Nullable Tensor bias;

  /** For patches of {@code patch} x {@code patch} pixels. */
  public PatchEmbedding(long patch, long width, boolean withBias) {
    this.patch = patch;
    weight =
        parameter("weight", Init.normal(1 / Math.sqrt(3 * patch * patch), width, 3, patch, patch));
    bias = withBias ? parameter("bias", Init.zeros(width)) : null;
  }

  /** Embeds the patches of every picture. */
  public Tensor forward(Tensor pixels) {
    return call(
        () -> {
          requirePictures(pixels);
          long b = pixels.size(0);
          long rows = pixels.size(2) / patch;
          long columns = pixels.size(3) / patch;
          Tensor seen =
              Tensors.slice(Tensors.slice(pixels, 2, 0, rows * patch), 3, 0, columns * patch);
          Tensor patches =
              Tensors.inTypeOf(weight, seen)
                  .reshape(b, 3, rows, patch, columns, patch)
                  .permute(0, 2, 4, 1, 3, 5) // [B, H/p, W/p, 3, p, p]
                  .reshape(b, rows * columns, 3 * patch * patch);
          return torch.linear(
              patches, weight.view(weight.size(0), -1), Tensors.optional(bias)); // [B, N, D]
        },
        pixels);
  }

  private void requirePictures(Tensor pixels) {
    if (pixels.dim() != 4
        || pixels.size(1) != 3
        || pixels.size(2) < patch
        || pixels.size(3) < patch) {
      throw new IllegalArgumentException(
          "pictures must be [B, 3, H, W] with H and W at least " + patch);
    }
  }
}
