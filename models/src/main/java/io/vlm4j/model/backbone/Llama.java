package io.vlm4j.model.backbone;

import io.vlm4j.nn.Activation;
import io.vlm4j.nn.Attention;
import io.vlm4j.nn.AttentionMask;
import io.vlm4j.nn.Block;
import io.vlm4j.nn.Embedding;
import io.vlm4j.nn.GatedMlp;
import io.vlm4j.nn.KeyValueCache;
import io.vlm4j.nn.Linear;
import io.vlm4j.nn.RmsNorm;
import io.vlm4j.nn.Rotary;
import io.vlm4j.nn.Transformer;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Llama (2302.13971, 2307.09288) and the decoders that are made like it: Mistral (2310.06825),
 * Qwen2 (2407.10671). Which it is, {@link LlamaConfig} says.
 *
 * <pre>
 * tokens [B,L] -> embed [B,L,D] -> causal blocks -> norm -> head -> logits [B,L,V]
 * a block: x += attention(norm(x)), rotary positions, shared heads of keys and values
 *          x += down(silu(gate(norm(x))) * up(norm(x)))
 * loss = CE(logits of t, token t + 1), up to the first end of a text
 * </pre>
 */
public final class Llama extends CausalModel {
  private final LlamaConfig config;
  private final Rotary rotary;
  private final Embedding tokens;
  private final Transformer blocks;
  private final RmsNorm norm;
  private final @Nullable Linear head;

  /** Random weights. */
  public Llama(LlamaConfig config) {
    this(config, () -> block(config));
  }

  /**
   * A decoder of other blocks than Llama's, such as ones that normalise queries and keys.
   *
   * @param block makes one after the other, of the configuration's sizes
   */
  public Llama(LlamaConfig config, Supplier<Block> block) {
    super(config.layers(), config.contextLength(), config.end());
    this.config = config;
    rotary = config.rotary();
    tokens = child("tokens", new Embedding(config.vocabularySize(), config.width(), config.std()));
    blocks = child("blocks", new Transformer(config.layers(), block));
    norm = child("norm", new RmsNorm(config.width(), config.epsilon()));
    head =
        config.tied()
            ? null
            : child(
                "head", new Linear(config.width(), config.vocabularySize(), config.std(), false));
  }

  private static Block block(LlamaConfig config) {
    return new Block(
        new Block.Parts(
            new RmsNorm(config.width(), config.epsilon()),
            new Attention(config.attention()),
            new RmsNorm(config.width(), config.epsilon()),
            new GatedMlp(
                config.width(),
                config.mlpWidth(),
                Activation.of(config.activation()),
                config.std(),
                config.outStd())));
  }

  /** The sizes. */
  public LlamaConfig config() {
    return config;
  }

  @Override
  public Tensor embed(Tensor ids) {
    return tokens.forward(ids);
  }

  @Override
  public Tensor hidden(Tensor x, List<KeyValueCache> caches, @Nullable Tensor starts) {
    long before = caches.isEmpty() ? 0 : caches.getFirst().length();
    var mask = AttentionMask.causalAfter(before, x.size(1), config.window(), starts, x.device());
    Tensor at = positions(before, x.size(1), starts, x.device());
    return blocks.forward(x, mask, rotary.at(at, before + x.size(1)), caches);
  }

  @Override
  public Tensor logits(Tensor hidden) {
    Tensor n = norm.forward(hidden);
    return head == null ? tokens.similarities(n) : head.forward(n);
  }
}
