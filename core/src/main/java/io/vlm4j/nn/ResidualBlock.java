package io.vlm4j.nn;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * A residual block of convolutions (2006.11239, appendix B): {@code x + conv2(silu(norm2(conv1(
 * silu(norm1(x))))))}, {@code [B, in, H, W] -> [B, out, H, W]}; where the number of channels
 * changes, {@code x} goes through a convolution of one pixel.
 */
public final class ResidualBlock extends Module {
  private final GroupNorm norm1;
  private final Convolution conv1;
  private final GroupNorm norm2;
  private final Convolution conv2;
  private final @Nullable Convolution shortcut;

  /** With group norms of that many groups. */
  public ResidualBlock(long in, long out, long groups, double epsilon) {
    norm1 = child("norm1", new GroupNorm(groups, in, epsilon));
    conv1 = child("conv1", new Convolution(in, out, 3));
    norm2 = child("norm2", new GroupNorm(groups, out, epsilon));
    conv2 = child("conv2", new Convolution(out, out, 3));
    shortcut = in == out ? null : child("shortcut", new Convolution(in, out, 1));
  }

  /** Adds what the convolutions find. */
  public Tensor forward(Tensor x) {
    return call(
        () -> {
          Tensor h = conv1.forward(torch.silu(norm1.forward(x)));
          h = conv2.forward(torch.silu(norm2.forward(h)));
          return (shortcut == null ? x : shortcut.forward(x)).add(h);
        },
        x);
  }
}
