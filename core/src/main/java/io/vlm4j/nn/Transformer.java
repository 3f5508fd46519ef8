package io.vlm4j.nn;

import io.vlm4j.io.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A stack of blocks, as a rule {@code x += attention(norm1(x)); x += mlp(norm2(x))}: {@code [B, L,
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
    this(config.layers(), () -> new Block(config));
  }

  /** A stack of blocks, which are made one after the other. */
  public Transformer(int layers, Supplier<Block> block) {
    if (layers < 1) {
      throw new InputException("a transformer needs at least 1 layer, not " + layers);
    }
    for (int i = 0; i < layers; i++) {
      blocks.add(child(Integer.toString(i), block.get()));
    }
  }

  /** Runs all blocks. */
  public Tensor forward(Tensor x, AttentionMask mask) {
    return forward(x, mask, null, List.of());
  }

  /**
   * Runs the first blocks alone: {@code [B, L, D] -> [B, L, D]}.
   *
   * @param count how many, at least 1
   */
  public Tensor forwardFirst(int count, Tensor x, AttentionMask mask) {
    return call(
        () -> {
          Tensor h = x;
          for (Block block : blocks.subList(0, count)) {
            h = block.forward(h, mask);
          }
          return h;
        },
        x);
  }

  /**
   * Runs all blocks on positions that are somewhere, and may follow others.
   *
   * @param mask over the positions of the caches and those of {@code x}
   * @param angles of the positions of {@code x}; null if they are not turned
   * @param caches one for each block, which the positions join; none if nothing came before
   */
  public Tensor forward(
      Tensor x, AttentionMask mask, Rotary.@Nullable Angles angles, List<KeyValueCache> caches) {
    return call(
        () -> {
          Tensor h = x;
          for (int i = 0; i < blocks.size(); i++) {
            h = blocks.get(i).forward(h, mask, angles, caches.isEmpty() ? null : caches.get(i));
          }
          return h;
        },
        x);
  }

  /**
   * Runs all blocks, causal, on positions that follow those in the caches, which they join.
   *
   * @param caches one for each block
   */
  public Tensor forward(Tensor x, List<KeyValueCache> caches) {
    return call(
        () -> {
          Tensor h = x;
          for (int i = 0; i < blocks.size(); i++) {
            h = blocks.get(i).forward(h, caches.get(i));
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
}
