package io.vlm4j.nn;

import io.vlm4j.io.InputException;
import io.vlm4j.tensor.Autocast;
import io.vlm4j.tensor.OpenBlas;
import io.vlm4j.tensor.Tensors;
import java.util.Objects;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head attention (1706.03762). Queries, keys and values are projected by one matrix, {@code
 * qkv} {@code [3D, D]}, of which they are the thirds in this order; where what is attended has a
 * width C of its own, by two, {@code q} {@code [D, D]} and {@code kv} {@code [2D, C]}. Their biases
 * are one vector {@code [3D]} either way.
 */
public final class Attention extends Module {
  private final long width;
  private final long heads;
  private final @Nullable Tensor joint;
  private final @Nullable Tensor query;
  private final @Nullable Tensor keyValue;
  private final Tensor bias;
  private final Linear out;

  /**
   * Attention over vectors of that width.
   *
   * @param std standard deviation of the first query, key and value weights
   * @param outStd that of the output projection
   */
  public Attention(long width, long heads, double std, double outStd) {
    this(width, width, heads, std, outStd);
  }

  /**
   * Attention of vectors of one width to vectors of another.
   *
   * @param contextWidth C, of what is attended
   * @param std standard deviation of the first query, key and value weights
   * @param outStd that of the output projection
   */
  public Attention(long width, long contextWidth, long heads, double std, double outStd) {
    if (width % heads != 0) {
      throw new InputException(
          "a width of " + width + " cannot be shared by " + heads + " heads: no remainder, please");
    }
    this.width = width;
    this.heads = heads;
    if (contextWidth == width) {
      joint = parameter("qkv.weight", Init.normal(std, 3 * width, width));
      query = null;
      keyValue = null;
    } else {
      joint = null;
      query = parameter("q.weight", Init.normal(std, width, width));
      keyValue = parameter("kv.weight", Init.normal(std, 2 * width, contextWidth));
    }
    bias = parameter("qkv.bias", Init.zeros(3 * width));
    out = child("out", new Linear(width, width, outStd));
  }

  /** Self-attention: {@code [B, L, D] -> [B, L, D]}. */
  public Tensor forward(Tensor x, AttentionMask mask) {
    return call(
        () -> {
          Tensor qkv = qkv(x); // [B, L, 3D]
          return attend(third(qkv, 0), split(third(qkv, 1)), split(third(qkv, 2)), mask);
        },
        x);
  }

  /** Cross-attention: queries {@code [B, Q, D]} look at {@code x} {@code [B, L, C]}. */
  public Tensor forward(Tensor queries, Tensor x, AttentionMask mask) {
    return call(
        () -> {
          Tensor kv = keysAndValues(x); // [B, L, 2D]
          return attend(queries(queries), split(third(kv, 0)), split(third(kv, 1)), mask);
        },
        queries,
        x);
  }

  /**
   * Causal self-attention of positions {@code [B, L, D]} that follow those in the cache, which they
   * join.
   */
  public Tensor forward(Tensor x, KeyValueCache cache) {
    return call(
        () -> {
          Tensor qkv = qkv(x); // [B, L, 3D]
          long before = cache.length();
          cache.append(split(third(qkv, 1)), split(third(qkv, 2)));
          AttentionMask mask = AttentionMask.causalAfter(before, x.size(1), x.device());
          return attend(third(qkv, 0), cache.keys(), cache.values(), mask);
        },
        x);
  }

  /** Keeps the keys and values of a context {@code [B, L, C]}, to look at it again and again. */
  public void remember(Tensor context, KeyValueCache cache) {
    Tensor kv = keysAndValues(context); // [B, L, 2D]
    cache.append(split(third(kv, 0)), split(third(kv, 1)));
  }

  /**
   * Cross-attention to a context that is kept: {@code [R, Q, D] -> [R, Q, D]}.
   *
   * @param queries R = n B rows, of which n in a row look at each of the B rows of the context
   */
  public Tensor look(Tensor queries, KeyValueCache context) {
    return call(
        () -> {
          // Queries do not see each other, so rows with one context can be rows of one sequence.
          Tensor q = queries(queries).reshape(context.rows(), -1, width); // [B, n Q, D]
          return attend(q, context.keys(), context.values(), AttentionMask.NONE)
              .reshape(queries.shape());
        },
        queries);
  }

  private Tensor qkv(Tensor x) {
    if (joint == null) {
      throw new IllegalStateException(path() + " attends to vectors of another width");
    }
    return torch.linear(x, joint, Tensors.optional(bias));
  }

  private Tensor queries(Tensor x) {
    Tensor weight = joint == null ? given(query) : Tensors.slice(joint, 0, 0, width);
    return torch.linear(x, weight, Tensors.optional(Tensors.slice(bias, 0, 0, width)));
  }

  private Tensor keysAndValues(Tensor x) {
    Tensor weight = joint == null ? given(keyValue) : Tensors.slice(joint, 0, width, 3 * width);
    return torch.linear(x, weight, Tensors.optional(Tensors.slice(bias, 0, width, 3 * width)));
  }

  private static Tensor given(@Nullable Tensor weight) {
    return Objects.requireNonNull(weight, "without a joint matrix there are two");
  }

  private Tensor third(Tensor projected, int index) {
    return Tensors.slice(projected, 2, index * width, (index + 1) * width);
  }

  private Tensor attend(Tensor q, Tensor keys, Tensor values, AttentionMask mask) {
    Tensor mixed = scaledDotProduct(split(q), keys, values, mask); // [B, H, Q, D/H]
    return out.forward(mixed.transpose(1, 2).reshape(q.size(0), q.size(1), width));
  }

  private Tensor split(Tensor x) {
    return x.view(x.size(0), x.size(1), heads, width / heads).transpose(1, 2); // [B, H, L, D/H]
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
