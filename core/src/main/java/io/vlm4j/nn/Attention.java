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
 *
 * <p>{@link Grouped} attention has a layer for each of queries, keys and values instead, which may
 * have fewer heads of keys and values than of queries, and no biases.
 */
public final class Attention extends Module {
  private final long width; // of all heads of queries together
  private final long heads;
  private final long keyValueHeads;
  private final @Nullable Tensor joint;
  private final @Nullable Tensor query;
  private final @Nullable Tensor keyValue;
  private final @Nullable Tensor bias;
  private final @Nullable Layers layers;
  private final Linear out;

  /**
   * The sizes of attention whose heads of keys and values are shared by several of queries
   * (2305.13245).
   *
   * @param width D
   * @param heads H, of queries
   * @param keyValueHeads G, which divides H
   * @param headWidth d, D/H as a rule
   * @param bias whether queries, keys and values have biases
   * @param outBias whether the output projection has one
   * @param std standard deviation of the first query, key and value weights
   * @param outStd that of the output projection
   */
  public record Grouped(
      long width,
      long heads,
      long keyValueHeads,
      long headWidth,
      boolean bias,
      boolean outBias,
      double std,
      double outStd) {
    /** Checks the numbers. */
    public Grouped {
      if (width < 1 || heads < 1 || keyValueHeads < 1 || headWidth < 1) {
        throw new InputException("widths and numbers of heads must be at least 1");
      }
      if (heads % keyValueHeads != 0) {
        throw new InputException(
            "%d heads of queries cannot share %d of keys and values: no remainder, please"
                .formatted(heads, keyValueHeads));
      }
    }
  }

  /** A layer for each projection, and what queries and keys pass through after it, if anything. */
  private record Layers(
      Linear q, Linear k, Linear v, @Nullable Layer queryNorm, @Nullable Layer keyNorm) {}

  /** Queries, keys and values by heads: {@code [B, H, L, d]}, {@code [B, G, L, d]} twice. */
  private record Projected(Tensor q, Tensor k, Tensor v) {}

  /** Attention with a layer for each projection. */
  public Attention(Grouped sizes) {
    this(sizes, null, null);
  }

  /**
   * Attention whose queries and keys are normalised before they are turned and compared.
   *
   * @param queryNorm {@code [B, L, H, d] -> [B, L, H, d]}; null for none
   * @param keyNorm the same for {@code [B, L, G, d]}
   */
  public Attention(Grouped sizes, @Nullable Layer queryNorm, @Nullable Layer keyNorm) {
    heads = sizes.heads;
    keyValueHeads = sizes.keyValueHeads;
    width = heads * sizes.headWidth;
    joint = null;
    query = null;
    keyValue = null;
    bias = null;
    long shared = keyValueHeads * sizes.headWidth;
    layers =
        new Layers(
            child("q", new Linear(sizes.width, width, sizes.std, sizes.bias)),
            child("k", new Linear(sizes.width, shared, sizes.std, sizes.bias)),
            child("v", new Linear(sizes.width, shared, sizes.std, sizes.bias)),
            queryNorm == null ? null : child("queryNorm", queryNorm),
            keyNorm == null ? null : child("keyNorm", keyNorm));
    out = child("out", new Linear(width, sizes.width, sizes.outStd, sizes.outBias));
  }

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
    keyValueHeads = heads;
    layers = null;
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
    return forward(x, mask, null);
  }

  /**
   * Self-attention of positions that are somewhere: {@code [B, L, D] -> [B, L, D]}.
   *
   * @param angles by which queries and keys are turned; null for not at all
   */
  public Tensor forward(Tensor x, AttentionMask mask, Rotary.@Nullable Angles angles) {
    return call(
        () -> {
          Projected all = project(x, angles);
          return attend(all.q, all.k, all.v, mask);
        },
        x);
  }

  /** Cross-attention: queries {@code [B, Q, D]} look at {@code x} {@code [B, L, C]}. */
  public Tensor forward(Tensor queries, Tensor x, AttentionMask mask) {
    return call(
        () -> {
          Projected context = keysAndValues(x);
          return attend(queries(queries), context.k, context.v, mask);
        },
        queries,
        x);
  }

  /**
   * Causal self-attention of positions {@code [B, L, D]} that follow those in the cache, which they
   * join.
   */
  public Tensor forward(Tensor x, KeyValueCache cache) {
    return forward(
        x, AttentionMask.causalAfter(cache.length(), x.size(1), x.device()), null, cache);
  }

  /**
   * Self-attention of positions that follow those in the cache, which they join.
   *
   * @param mask over the positions of the cache and those of {@code x}
   * @param angles of the positions of {@code x}; the cache's keys were turned when they came
   */
  public Tensor forward(
      Tensor x, AttentionMask mask, Rotary.@Nullable Angles angles, KeyValueCache cache) {
    return call(
        () -> {
          Projected all = project(x, angles);
          cache.append(all.k, all.v);
          return attend(all.q, cache.keys(), cache.values(), mask);
        },
        x);
  }

  /** Keeps the keys and values of a context {@code [B, L, C]}, to look at it again and again. */
  public void remember(Tensor context, KeyValueCache cache) {
    Projected all = keysAndValues(context);
    cache.append(all.k, all.v);
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
          Tensor together = queries.reshape(context.rows(), -1, queries.size(2)); // [B, n Q, D]
          return attend(queries(together), context.keys(), context.values(), AttentionMask.NONE)
              .reshape(queries.shape());
        },
        queries);
  }

  private Projected project(Tensor x, Rotary.@Nullable Angles angles) {
    Projected all;
    if (layers != null) {
      Projected others = keysAndValues(x);
      all = new Projected(queries(x), others.k, others.v);
    } else if (joint != null) {
      Tensor qkv = Product.of(x, joint, bias); // [B, L, 3D]
      all = new Projected(third(qkv, 0), third(qkv, 1), third(qkv, 2));
    } else {
      throw new IllegalStateException(path() + " attends to vectors of another width");
    }
    return angles == null ? all : new Projected(angles.turn(all.q), angles.turn(all.k), all.v);
  }

  private Tensor queries(Tensor x) {
    if (layers != null) {
      return split(layers.q.forward(x), heads, layers.queryNorm);
    }
    Tensor weight = joint == null ? given(query) : Tensors.slice(joint, 0, 0, width);
    Tensor own = Tensors.slice(given(bias), 0, 0, width);
    return split(Product.of(x, weight, own), heads, null);
  }

  /** Keys and values; the latter stand for the queries, which nobody reads. */
  private Projected keysAndValues(Tensor x) {
    if (layers != null) {
      Tensor values = split(layers.v.forward(x), keyValueHeads, null);
      return new Projected(
          values, split(layers.k.forward(x), keyValueHeads, layers.keyNorm), values);
    }
    Tensor weight = joint == null ? given(keyValue) : Tensors.slice(joint, 0, width, 3 * width);
    Tensor own = Tensors.slice(given(bias), 0, width, 3 * width);
    Tensor kv = Product.of(x, weight, own); // [B, L, 2D]
    return new Projected(third(kv, 1), third(kv, 0), third(kv, 1));
  }

  private static Tensor given(@Nullable Tensor parameter) {
    return Objects.requireNonNull(parameter, "without a joint matrix there are two");
  }

  private Tensor third(Tensor projected, int index) {
    return split(Tensors.slice(projected, 2, index * width, (index + 1) * width), heads, null);
  }

  private Tensor attend(Tensor q, Tensor keys, Tensor values, AttentionMask mask) {
    Tensor mixed = scaledDotProduct(q, keys, values, mask); // [B, H, Q, d]
    return out.forward(mixed.transpose(1, 2).reshape(q.size(0), q.size(2), width));
  }

  /** By heads: {@code [B, L, n d] -> [B, n, L, d]}. */
  private Tensor split(Tensor x, long count, @Nullable Layer norm) {
    Tensor each = x.view(x.size(0), x.size(1), count, width / heads); // [B, L, n, d]
    return (norm == null ? each : norm.forward(each)).transpose(1, 2);
  }

  /**
   * {@code softmax(q k^T / sqrt(d)) v} over {@code [B, H, L, d]}; keys and values may have fewer
   * heads, each for as many heads of queries in a row.
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
        q, k, v, allowed, 0.0, causal, new DoubleOptional(), q.size(1) != k.size(1));
  }
}
