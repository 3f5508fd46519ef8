package io.vlm4j.nn;

import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * A stack of pre-norm blocks, {@code x += attention(norm1(x)); x += mlp(norm2(x))}: {@code [B, L,
 * D] -> [B, L, D]}.
 */
public final class Transformer extends Module {
  private final List<Block> blocks = new ArrayList<>();

  /**
   * What a stack is made of.
   *
   * @param width D
   * @param layers number of blocks
   * @param heads attention heads; they share the width
   * @param mlpWidth hidden width of the MLP, commonly 4 D
   * @param activation of the MLP
   * @param epsilon of the layer norms
   */
  public record Config(
      int width, int layers, int heads, int mlpWidth, Activation activation, double epsilon) {
    /** Checks the numbers. */
    public Config {
      if (width < 1 || layers < 1 || heads < 1 || mlpWidth < 1) {
        throw new InputException("width, layers, heads and mlpWidth must be at least 1");
      }
      if (width % heads != 0) {
        throw new InputException(
            "a width of " + width + " is not a multiple of " + heads + " heads");
      }
    }
  }

  /** Random weights, scaled down with depth as in CLIP. */
  public Transformer(Config config) {
    for (int i = 0; i < config.layers(); i++) {
      blocks.add(child(Integer.toString(i), new Block(config)));
    }
  }

  /** Runs all blocks. */
  public Tensor forward(Tensor x, AttentionMask mask) {
    return call(
        () -> {
          Tensor h = x;
          for (Block block : blocks) {
            h = block.forward(h, mask);
          }
          return h;
        },
        x);
  }

  /**
   * Runs all blocks for the result at one position of each sequence: {@code [B, L, D] -> [B, D]}.
   *
   * <p>Values and gradients are those of {@link #forward} at these positions, but of the last block
   * no more is computed than they need: its keys and values, and one query, output and MLP a
   * sequence. The taps see the last block's result as {@code [B, D]}.
   *
   * @param at positions, i64 {@code [B]}
   */
  public Tensor forwardAt(Tensor x, AttentionMask mask, Tensor at) {
    return call(
        () -> {
          Tensor h = x;
          for (Block block : blocks.subList(0, blocks.size() - 1)) {
            h = block.forward(h, mask);
          }
          return blocks.getLast().forwardAt(h, mask, at);
        },
        x);
  }

  private static final class Block extends Module {
    private final LayerNorm norm1;
    private final Attention attention;
    private final LayerNorm norm2;
    private final Mlp mlp;

    Block(Config config) {
      int width = config.width();
      double std = Math.pow(width, -0.5);
      double outStd = std * Math.pow(2.0 * config.layers(), -0.5);
      norm1 = child("norm1", new LayerNorm(width, config.epsilon()));
      attention = child("attention", new Attention(width, config.heads(), std, outStd));
      norm2 = child("norm2", new LayerNorm(width, config.epsilon()));
      mlp =
          child(
              "mlp",
              new Mlp(
                  width,
                  config.mlpWidth(),
                  config.activation(),
                  Math.pow(2.0 * width, -0.5),
                  outStd));
    }

    Tensor forward(Tensor x, AttentionMask mask) {
      return call(
          () -> {
            Tensor h = x.add(attention.forward(norm1.forward(x), mask));
            return h.add(mlp.forward(norm2.forward(h)));
          },
          x);
    }

    Tensor forwardAt(Tensor x, AttentionMask mask, Tensor at) {
      return call(
          () -> {
            Tensor index = at.view(-1, 1, 1).expand(x.size(0), 1, x.size(2)); // [B, 1, D]
            Tensor n = norm1.forward(x);
            Tensor mixed = attention.forward(n.gather(1, index), n, mask.of(at, x.size(1)));
            Tensor h = x.gather(1, index).add(mixed).squeeze(1); // [B, D]
            return h.add(mlp.forward(norm2.forward(h)));
          },
          x);
    }
  }
}
