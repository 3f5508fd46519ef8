package io.vlm4j.model.backbone;

import io.vlm4j.model.LanguageModel;
import io.vlm4j.model.Model;
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
import io.vlm4j.objective.NextTokenLoss;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
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
public final class Llama extends Model implements LanguageModel {
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

  /** The vectors of tokens: i64 {@code [B, L] -> [B, L, D]}. */
  public Tensor embed(Tensor ids) {
    return tokens.forward(ids);
  }

  /**
   * What the blocks make of vectors, those of tokens or others: {@code [B, L, D] -> [B, L, D]},
   * before the last norm.
   *
   * @param caches one a block, which the positions join and whose positions come before them; none
   *     if nothing came before
   * @param starts the first position of each row that is no padding, i64 {@code [B]}, from which
   *     its positions count; null if all rows begin at 0
   */
  public Tensor hidden(Tensor x, List<KeyValueCache> caches, @Nullable Tensor starts) {
    long before = caches.isEmpty() ? 0 : caches.getFirst().length();
    long all = before + x.size(1);
    var mask = AttentionMask.causalAfter(before, x.size(1), config.window(), starts, x.device());
    Tensor at =
        torch
            .arange(new Scalar(before), new Scalar(all), new TensorOptions(ScalarType.Long))
            .to(x.device(), ScalarType.Long)
            .unsqueeze(0); // [1, L]
    if (starts != null) {
      at = at.sub(starts.unsqueeze(1)).clamp_min(new Scalar(0L)); // [B, L]
    }
    return blocks.forward(x, mask, rotary.at(at, all), caches);
  }

  /** Logits of the token after each position: {@code [..., D] -> [..., V]}. */
  public Tensor logits(Tensor hidden) {
    Tensor n = norm.forward(hidden);
    return head == null ? tokens.similarities(n) : head.forward(n);
  }

  @Override
  public Tensor tokenLogits(Tensor ids) {
    return logits(hidden(embed(ids), List.of(), null));
  }

  @Override
  public LlamaDecoder texts() {
    return new LlamaDecoder(this, null);
  }

  @Override
  public SequencedMap<String, Tensor> losses(Batch batch) {
    Tensor ids = batch.get(Batch.TOKENS);
    Tensor labels = batch.find(Batch.LABELS);
    Tensor wanted = trimmed(labels == null ? untilEnd(ids) : labels);
    long length = wanted.size(1);
    Tensor hidden = hidden(embed(Tensors.slice(ids, 1, 0, length - 1)), List.of(), null);
    var losses = new LinkedHashMap<String, Tensor>();
    losses.put(
        "next_token_loss",
        NextTokenLoss.of(hidden, this::logits, Tensors.slice(wanted, 1, 1, length), Batch.IGNORED));
    return losses;
  }

  /** Labels up to the last that counts: what follows reaches no result. */
  private static Tensor trimmed(Tensor labels) {
    Tensor places =
        torch
            .arange(new Scalar(labels.size(1)), labels.options())
            .mul(labels.ne(new Scalar(Batch.IGNORED)).to(ScalarType.Long));
    return Tensors.slice(labels, 1, 0, Math.max(2, places.max().item_long() + 1));
  }

  /** The tokens up to the first end of each row; what follows it is padding, and no target. */
  private Tensor untilEnd(Tensor ids) {
    Tensor isEnd = ids.eq(new Scalar((long) config.end())).to(ScalarType.Long);
    Tensor isPadding = isEnd.cumsum(1).sub(isEnd).gt(new Scalar(0L));
    return ids.masked_fill(isPadding, new Scalar(Batch.IGNORED));
  }
}
