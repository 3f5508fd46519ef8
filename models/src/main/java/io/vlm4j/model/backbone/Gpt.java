package io.vlm4j.model.backbone;

import io.vlm4j.io.InputException;
import io.vlm4j.nn.Activation;
import io.vlm4j.nn.Attention;
import io.vlm4j.nn.AttentionMask;
import io.vlm4j.nn.Block;
import io.vlm4j.nn.Embedding;
import io.vlm4j.nn.KeyValueCache;
import io.vlm4j.nn.LayerNorm;
import io.vlm4j.nn.Linear;
import io.vlm4j.nn.Mlp;
import io.vlm4j.nn.Rotary;
import io.vlm4j.nn.Transformer;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * GPT-2 (Radford et al. 2019) and decoders that are made like it, with layer norms, biases, and
 * MLPs without gates: OPT (2205.01068), Phi (2306.11644, 2309.05463). In what they differ, {@link
 * GptConfig} says.
 *
 * <pre>
 * tokens [B,L] -> embed [B,L,D] + positions -> causal blocks -> norm -> head -> logits [B,L,V]
 * a block: x += attention(norm1(x)); x += down(activation(up(norm2(x))))    GPT-2, OPT
 *          x = norm1(x + attention(x)); x = norm2(x + mlp(x))                OPT-350M
 *          n = norm1(x); x += attention(n) + mlp(n), rotary positions        Phi
 * </pre>
 */
public final class Gpt extends CausalModel {
  private final GptConfig config;
  private final @Nullable Rotary rotary;
  private final Embedding tokens;
  private final @Nullable Embedding positions;
  private final @Nullable Linear in;
  private final Transformer blocks;
  private final @Nullable LayerNorm norm;
  private final @Nullable Linear out;
  private final @Nullable Linear head;

  /** Random weights. */
  public Gpt(GptConfig config) {
    super(config.layers(), config.contextLength(), config.end());
    this.config = config;
    int width = config.width();
    int tokenWidth = config.tokenWidth();
    double std = config.std();
    boolean isProjected = tokenWidth != width;
    rotary = config.rotary();
    tokens = child("tokens", new Embedding(config.vocabularySize(), tokenWidth, std));
    long rows = config.firstPosition() + config.contextLength();
    positions = rotary != null ? null : child("positions", new Embedding(rows, width, std));
    in = isProjected ? child("in", new Linear(tokenWidth, width, std, false)) : null;
    blocks = child("blocks", new Transformer(config.layers(), () -> block(config)));
    norm = config.lastNorm() ? child("norm", norm(config)) : null;
    out = isProjected ? child("out", new Linear(width, tokenWidth, std, false)) : null;
    head =
        config.tied()
            ? null
            : child(
                "head", new Linear(tokenWidth, config.vocabularySize(), std, config.headBias()));
  }

  private static Block block(GptConfig config) {
    return new Block(
        new Block.Parts(
            norm(config),
            new Attention(config.attention()),
            config.norms() == Block.Norms.SHARED ? null : norm(config),
            new Mlp(
                config.width(),
                config.mlpWidth(),
                Activation.of(config.activation()),
                config.std(),
                config.outStd()),
            config.norms(),
            0));
  }

  private static LayerNorm norm(GptConfig config) {
    return new LayerNorm(config.width(), config.epsilon());
  }

  /** The sizes. */
  public GptConfig config() {
    return config;
  }

  @Override
  public Tensor embed(Tensor ids) {
    Tensor x = tokens.forward(ids);
    return in == null ? x : in.forward(x);
  }

  /**
   * {@inheritDoc}
   *
   * @throws InputException if there are more positions than a learned table has
   */
  @Override
  public Tensor hidden(Tensor x, List<KeyValueCache> caches, @Nullable Tensor starts) {
    long before = caches.isEmpty() ? 0 : caches.getFirst().length();
    long all = before + x.size(1);
    var mask = AttentionMask.causalAfter(before, x.size(1), 0, starts, x.device());
    Tensor at = positions(before, x.size(1), starts, x.device());
    if (positions == null) {
      return blocks.forward(x, mask, rotary == null ? null : rotary.at(at, all), caches);
    }
    if (all > config.contextLength()) {
      throw new InputException(
          "a text of %d tokens is too long: the model has %d positions"
              .formatted(all, config.contextLength()));
    }
    Tensor rows = positions.forward(at.add(new Scalar((long) config.firstPosition())));
    return blocks.forward(x.add(rows), mask, null, caches);
  }

  @Override
  public Tensor logits(Tensor hidden) {
    Tensor n = norm == null ? hidden : norm.forward(hidden);
    Tensor h = out == null ? n : out.forward(n);
    return head == null ? tokens.similarities(h) : head.forward(h);
  }
}
