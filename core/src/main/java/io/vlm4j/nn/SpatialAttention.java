package io.vlm4j.nn;

import org.bytedeco.pytorch.Tensor;

/**
 * Every place of a picture looks at every other (1711.07971): one head of attention over the places
 * of {@code [B, C, H, W]}, with a residual; queries, keys, values and the result are convolutions
 * of one pixel. Memory and time grow with (H W)².
 */
public final class SpatialAttention extends Module {
  private final GroupNorm norm;
  private final Convolution q;
  private final Convolution k;
  private final Convolution v;
  private final Convolution out;

  /** With a group norm of that many groups. */
  public SpatialAttention(long channels, long groups, double epsilon) {
    norm = child("norm", new GroupNorm(groups, channels, epsilon));
    q = child("q", new Convolution(channels, channels, 1));
    k = child("k", new Convolution(channels, channels, 1));
    v = child("v", new Convolution(channels, channels, 1));
    out = child("out", new Convolution(channels, channels, 1));
  }

  /** Adds what each place sees. */
  public Tensor forward(Tensor x) {
    return call(
        () -> {
          Tensor n = norm.forward(x);
          Tensor seen =
              Attention.scaledDotProduct(
                  rows(q.forward(n)), rows(k.forward(n)), rows(v.forward(n)), AttentionMask.NONE);
          Tensor h = seen.squeeze(1).transpose(1, 2).reshape(x.shape()); // [B, C, H, W]
          return x.add(out.forward(h));
        },
        x);
  }

  private static Tensor rows(Tensor x) {
    return x.flatten(2, -1).transpose(1, 2).unsqueeze(1); // [B, 1, HW, C]
  }
}
