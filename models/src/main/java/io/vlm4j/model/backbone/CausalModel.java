package io.vlm4j.model.backbone;

import io.vlm4j.generate.Decoder;
import io.vlm4j.model.LanguageModel;
import io.vlm4j.model.Model;
import io.vlm4j.nn.KeyValueCache;
import io.vlm4j.objective.NextTokenLoss;
import io.vlm4j.tensor.Batch;
import io.vlm4j.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A language model that reads from left to right, whatever its blocks are; see {@link Llama} and
 * {@link Gpt}.
 *
 * <pre>
 * tokens [B,L] -> embed [B,L,D] -> hidden [B,L,D] -> logits [B,L,V]
 * loss = CE(logits of t, token t + 1), up to the first end of a text
 * </pre>
 */
public abstract class CausalModel extends Model implements LanguageModel {
  private static final int GREEDY = 8;

  private final int layers;
  private final int contextLength;
  private final long end;

  /**
   * Makes a model without parameters.
   *
   * @param layers the number of blocks
   * @param contextLength the number of positions
   * @param end the id that ends a text
   */
  protected CausalModel(int layers, int contextLength, long end) {
    this.layers = layers;
    this.contextLength = contextLength;
    this.end = end;
  }

  /** The vectors of tokens, without positions: i64 {@code [B, L] -> [B, L, D]}. */
  public abstract Tensor embed(Tensor ids);

  /**
   * What the blocks make of vectors, those of tokens or others: {@code [B, L, D] -> [B, L, D]},
   * before the last norm.
   *
   * @param caches one a block, which the positions join and whose positions come before them; none
   *     if nothing came before
   * @param starts the first position of each row that is no padding, i64 {@code [B]}, from which
   *     its positions count; null if all rows begin at 0
   */
  public abstract Tensor hidden(Tensor x, List<KeyValueCache> caches, @Nullable Tensor starts);

  /** Logits of the token after each position: {@code [..., D] -> [..., V]}. */
  public abstract Tensor logits(Tensor hidden);

  /** The number of blocks. */
  final int layers() {
    return layers;
  }

  /** The number of positions. */
  final int contextLength() {
    return contextLength;
  }

  /**
   * The positions of {@code count} tokens that follow {@code before} others: i64 {@code [1, L]}, or
   * {@code [B, L]} where rows begin with padding, which is at 0.
   */
  static Tensor positions(long before, long count, @Nullable Tensor starts, Device device) {
    Tensor at =
        torch
            .arange(
                new Scalar(before), new Scalar(before + count), new TensorOptions(ScalarType.Long))
            .to(device, ScalarType.Long)
            .unsqueeze(0); // [1, L]
    return starts == null ? at : at.sub(starts.unsqueeze(1)).clamp_min(new Scalar(0L)); // [B, L]
  }

  @Override
  public final Tensor tokenLogits(Tensor ids) {
    return logits(hidden(embed(ids), List.of(), null));
  }

  @Override
  public final CausalDecoder texts() {
    return new CausalDecoder(this, null);
  }

  /** Logits and eight greedy tokens, by the names of files of reference values. */
  final SequencedMap<String, Tensor> outputs(Map<String, Tensor> inputs) {
    var outputs = new LinkedHashMap<String, Tensor>();
    Tensor tokens = inputs.get(Batch.TOKENS);
    if (tokens != null) {
      outputs.put("logits", tokenLogits(tokens));
      try (Decoder decoder = texts()) {
        outputs.put("greedy_ids", LlamaFamily.greedy(decoder, tokens, GREEDY));
      }
    }
    return outputs;
  }

  @Override
  public final SequencedMap<String, Tensor> losses(Batch batch) {
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
    Tensor isEnd = ids.eq(new Scalar(end)).to(ScalarType.Long);
    Tensor isPadding = isEnd.cumsum(1).sub(isEnd).gt(new Scalar(0L));
    return ids.masked_fill(isPadding, new Scalar(Batch.IGNORED));
  }
}
