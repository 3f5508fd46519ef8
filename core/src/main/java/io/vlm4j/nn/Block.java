package io.vlm4j.nn;

import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One block of a {@link Transformer}: attention and an MLP, each with a residual, and norms where
 * {@link Norms} says.
 */
public final class Block extends Module {
  private final Layer norm1;
  private final Attention attention;
  private final @Nullable Layer norm2;
  private final Layer mlp;
  private final Norms norms;
  private final Dropout dropout;

  /** Where the norms are. */
  public enum Norms {
    /** Before attention and MLP: {@code x += attention(norm1(x)); x += mlp(norm2(x))}. */
    BEFORE,
    /** Behind them, within the residual: {@code x += norm1(attention(x)); x += norm2(mlp(x))}. */
    BEHIND,
    /**
     * Behind the sums, as in 1706.03762: {@code x = norm1(x + attention(x)); x = norm2(x +
     * mlp(x))}.
     */
    AFTER,
    /**
     * One for both, which stand beside each other: {@code n = norm1(x); x += attention(n) +
     * mlp(n)}.
     */
    SHARED
  }

  /**
   * What a block is made of.
   *
   * @param norm1 of the attention
   * @param attention to the sequence itself
   * @param norm2 of the MLP; null if the norms are {@link Norms#SHARED}
   * @param mlp {@code [B, L, D] -> [B, L, D]}
   * @param norms where the norms are
   * @param dropout of what attention and MLP add, in training
   */
  public record Parts(
      Layer norm1,
      Attention attention,
      @Nullable Layer norm2,
      Layer mlp,
      Norms norms,
      double dropout) {
    /** Checks that the norms are those needed. */
    public Parts {
      if ((norm2 == null) != (norms == Norms.SHARED)) {
        throw new IllegalArgumentException("a second norm, unless it is shared: " + norms);
      }
    }

    /** With norms before attention and MLP, and no dropout. */
    public Parts(Layer norm1, Attention attention, Layer norm2, Layer mlp) {
      this(norm1, attention, norm2, mlp, Norms.BEFORE, 0);
    }
  }

  /** A block of given parts, which it takes over. */
  public Block(Parts parts) {
    norm1 = child("norm1", parts.norm1);
    attention = child("attention", parts.attention);
    norm2 = parts.norm2 == null ? null : child("norm2", parts.norm2);
    mlp = child("mlp", parts.mlp);
    norms = parts.norms;
    dropout = child("dropout", new Dropout(parts.dropout));
  }

  /** Random weights, scaled down with the depth of the whole stack. */
  Block(Transformer.Config config) {
    this(
        new Parts(
            new LayerNorm(config.width(), config.epsilon()),
            attention(config),
            new LayerNorm(config.width(), config.epsilon()),
            mlp(config)));
  }

  private static Attention attention(Transformer.Config config) {
    double std = Math.pow(config.width(), -0.5);
    return new Attention(config.width(), config.heads(), std, outStd(config));
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
    return forward(x, mask, null, null);
  }

  /** Causal, for positions that follow those in the cache, which they join. */
  Tensor forward(Tensor x, KeyValueCache cache) {
    AttentionMask mask = AttentionMask.causalAfter(cache.length(), x.size(1), x.device());
    return forward(x, mask, null, cache);
  }

  /**
   * The same for positions that are somewhere, and may follow others.
   *
   * @param mask over the positions of the cache and those of {@code x}
   * @param angles of the positions of {@code x}; null if they are not turned
   * @param cache which they join; null if nothing came before
   */
  Tensor forward(
      Tensor x, AttentionMask mask, Rotary.@Nullable Angles angles, @Nullable KeyValueCache cache) {
    return call(
        () -> {
          boolean isBefore = norms == Norms.BEFORE || norms == Norms.SHARED;
          Tensor n = isBefore ? norm1.forward(x) : x;
          Tensor mixed =
              cache == null
                  ? attention.forward(n, mask, angles)
                  : attention.forward(n, mask, angles, cache);
          return switch (norms) {
            case BEFORE -> finish(added(x, mixed));
            case BEHIND -> finish(added(x, norm1.forward(mixed)));
            case AFTER -> finish(norm1.forward(added(x, mixed)));
            case SHARED -> added(added(x, mixed), mlp.forward(n));
          };
        },
        x);
  }

  /** The result at one position of each sequence: {@code [B, L, D] -> [B, D]}; norms before. */
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
    Layer norm = Objects.requireNonNull(norm2, "without a second norm there is no second step");
    return switch (norms) {
      case BEHIND -> added(h, norm.forward(mlp.forward(h)));
      case AFTER -> norm.forward(added(h, mlp.forward(h)));
      default -> added(h, mlp.forward(norm.forward(h)));
    };
  }

  private Tensor added(Tensor x, Tensor more) {
    return x.add(dropout.forward(more));
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
