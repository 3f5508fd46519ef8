package io.vlm4j.nn;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.OpenBlas;
import io.vlm4j.tensor.Tensors;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Multi-head attention (1706.03762) with queries, keys and values projected by one matrix, {@code
 * qkv} {@code [3D, D]}, of which they are the thirds in this order.
 */
public final class Attention extends Module {
  private final long width;
  private final long heads;
  private final Tensor weight;
  private final Tensor bias;
  private final Linear out;

  /**
   * Attention over vectors of that width.
   *
   * @param std standard deviation of the first query, key and value weights
   * @param outStd that of the output projection
   */
  public Attention(long width, long heads, double std, double outStd) {
    if (width % heads != 0) {
      throw new InputException(
          "a width of " + width + " cannot be shared by " + heads + " heads: no remainder, please");
    }
    this.width = width;
    this.heads = heads;
    weight = parameter("qkv.weight", Init.normal(std, 3 * width, width));
    bias = parameter("qkv.bias", Init.zeros(3 * width));
    out = child("out", new Linear(width, width, outStd));
  }

  /** Self-attention: {@code [B, L, D] -> [B, L, D]}. */
  public Tensor forward(Tensor x, AttentionMask mask) {
    return call(
        () -> {
          Tensor qkv = torch.linear(x, weight, Tensors.optional(bias)); // [B, L, 3D]
          return attend(
              Tensors.slice(qkv, 2, 0, width),
              Tensors.slice(qkv, 2, width, 2 * width),
              Tensors.slice(qkv, 2, 2 * width, 3 * width),
              mask);
        },
        x);
  }

  /** Cross-attention: queries {@code [B, Q, D]} look at {@code x} {@code [B, L, D]}. */
  public Tensor forward(Tensor queries, Tensor x, AttentionMask mask) {
    return call(
        () -> {
          Tensor q = project(queries, 0, width);
          Tensor kv = project(x, width, 3 * width); // [B, L, 2D]
          return attend(
              q, Tensors.slice(kv, 2, 0, width), Tensors.slice(kv, 2, width, 2 * width), mask);
        },
        queries,
        x);
  }

  private Tensor project(Tensor x, long from, long to) {
    Tensor part = Tensors.slice(bias, 0, from, to);
    return torch.linear(x, Tensors.slice(weight, 0, from, to), Tensors.optional(part));
  }

  private Tensor attend(Tensor q, Tensor k, Tensor v, AttentionMask mask) {
    Tensor mixed = scaledDotProduct(split(q), split(k), split(v), mask); // [B, H, Q, D/H]
    return out.forward(mixed.transpose(1, 2).reshape(q.size(0), q.size(1), width));
  }

  private Tensor split(Tensor x) {
    return x.view(x.size(0), x.size(1), heads, width / heads).transpose(1, 2);
  }

  /**
   * {@code softmax(q k^T / sqrt(d)) v} over {@code [B, H, L, d]}.
   *
   * <p>On the CPU it runs in f32 whatever the autocast: libtorch built without MKL has only a
   * scalar kernel for bf16 there, slower by a factor of ten. Other devices keep their own kernels.
   */
  public static Tensor scaledDotProduct(Tensor q, Tensor k, Tensor v, AttentionMask mask) {
    if (!q.is_cpu()) {
      return kernel(q, k, v, mask);
    }
    try (var _ = Autocast.off(q.device())) {
      Tensor values = v.to(ScalarType.Float);
      return OpenBlas.alone(
          Math.max(q.size(2), k.size(2)),
          values,
          () -> kernel(q.to(ScalarType.Float), k.to(ScalarType.Float), values, mask));
    }
  }

  private static Tensor kernel(Tensor q, Tensor k, Tensor v, AttentionMask mask) {
    var allowed =
        mask instanceof AttentionMask.Allowed(Tensor positions)
            ? new TensorOptional(positions)
            : new TensorOptional();
    boolean causal = mask instanceof AttentionMask.Causal;
    return torch.scaled_dot_product_attention(
        q, k, v, allowed, 0.0, causal, new DoubleOptional(), false);
  }
}
