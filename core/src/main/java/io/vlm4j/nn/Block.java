package io.vlm4j.nn;

import org.bytedeco.pytorch.Tensor;

/** One pre-norm block of a {@link Transformer}: attention, then an MLP, each with a residual. */
final class Block extends Module {
  private final LayerNorm norm1;
  private final Attention attention;
  private final LayerNorm norm2;
  private final Mlp mlp;

  /** Random weights, scaled down with the depth of the whole stack. */
  Block(Transformer.Config config) {
    int width = config.width();
    double std = Math.pow(width, -0.5);
    norm1 = child("norm1", new LayerNorm(width, config.epsilon()));
    attention = child("attention", new Attention(width, config.heads(), std, outStd(config)));
    norm2 = child("norm2", new LayerNorm(width, config.epsilon()));
    mlp = child("mlp", mlp(config));
  }

  private static double outStd(Transformer.Config config) {
    return Math.pow(config.width(), -0.5) * Math.pow(2.0 * config.layers(), -0.5);
  }

  private static Mlp mlp(Transformer.Config config) {
    return new Mlp(
        config.width(),
        config.mlpWidth(),
        config.activation(),
        Math.pow(2.0 * config.width(), -0.5),
        outStd(config));
  }

  /** {@code [B, L, D]}, of the same shape. */
  Tensor forward(Tensor x, AttentionMask mask) {
    return call(() -> finish(x.add(attention.forward(norm1.forward(x), mask))), x);
  }

  /** Causal, for positions that follow those in the cache, which they join. */
  Tensor forward(Tensor x, KeyValueCache cache) {
    return call(() -> finish(x.add(attention.forward(norm1.forward(x), cache))), x);
  }

  /** The result at one position of each sequence: {@code [B, L, D] -> [B, D]}. */
  Tensor forwardAt(Tensor x, AttentionMask mask, Tensor at) {
    return call(
        () -> {
          Tensor index = at.view(-1, 1, 1).expand(x.size(0), 1, x.size(2)); // [B, 1, D]
          Tensor n = norm1.forward(x);
          Tensor mixed = attention.forward(n.gather(1, index), n, mask.of(at, x.size(1)));
          return finish(x.gather(1, index).add(mixed).squeeze(1)); // [B, D]
        },
        x);
  }

  private Tensor finish(Tensor h) {
    return h.add(mlp.forward(norm2.forward(h)));
  }

  /**
   * A block whose attention looks at a context: {@code x += attention(norm1(x), normContext(c)); x
   * += mlp(norm2(x))}.
   */
  static final class Cross extends Module {
    private final LayerNorm norm1;
    private final LayerNorm normContext;
    private final Attention attention;
    private final LayerNorm norm2;
    private final Mlp mlp;

    Cross(Transformer.Config config) {
      int width = config.width();
      double std = Math.pow(width, -0.5);
      norm1 = child("norm1", new LayerNorm(width, config.epsilon()));
      normContext = child("normContext", new LayerNorm(width, config.epsilon()));
      attention = child("attention", new Attention(width, config.heads(), std, outStd(config)));
      norm2 = child("norm2", new LayerNorm(width, config.epsilon()));
      mlp = child("mlp", mlp(config));
    }

    /** {@code x} {@code [B, L, D]} looks at {@code context} {@code [B, N, D]}. */
    Tensor forward(Tensor x, Tensor context) {
      return call(
          () -> {
            Tensor seen = normContext.forward(context);
            return finish(x.add(attention.forward(norm1.forward(x), seen, AttentionMask.NONE)));
          },
          x,
          context);
    }

    /** The same, for a context whose keys and values are kept. */
    Tensor forward(Tensor x, KeyValueCache context) {
      return call(() -> finish(x.add(attention.look(norm1.forward(x), context))), x);
    }

    void remember(Tensor context, KeyValueCache cache) {
      attention.remember(normContext.forward(context), cache);
    }

    private Tensor finish(Tensor h) {
      return h.add(mlp.forward(norm2.forward(h)));
    }
  }
}
